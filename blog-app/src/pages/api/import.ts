import { api, upload } from "../../auth/guard";
import { ApiError } from "../../server/api-error";
import { services } from "../../server/services";

export const config = { api: { bodyParser: false } };

const MEGABYTE = 1_000_000;
/** It is held in memory; more than that comes by the command line. */
const BYTES = 100 * MEGABYTE;

/** Posts and pictures as files or a zip: all of it, or the list of what is wrong with it and nothing. */
export default api({
    POST: upload(
        async ({ body }) => {
            try {
                return await services().transfer.importFiles(body);
            } catch (error) {
                // By its name: the class is the server bundle's.
                if (error instanceof Error && error.name === "ImportError") throw new ApiError(422, error.message);
                throw error;
            }
        },
        { bytes: BYTES },
    ),
});
