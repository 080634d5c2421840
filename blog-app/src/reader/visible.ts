import { and, eq, isNull, lte, sql, type SQL } from "drizzle-orm";

import { post } from "../data/schema";

/** Which posts readers see. Every query for readers has it; there is no other place that decides. */
export function visible(now: Date): SQL {
    return and(eq(post.status, "published"), lte(post.publishedAt, now), isNull(post.deletedAt)) ?? sql`FALSE`;
}
