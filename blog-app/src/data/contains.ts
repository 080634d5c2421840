import { like, type Column, type SQL } from "drizzle-orm";

/** LIKE for a text that holds this one as it is written. */
export function contains(column: Column | SQL, text: string): SQL {
    return like(column, `%${text.replace(/[\\%_]/g, "\\$&")}%`);
}
