import { api, upload } from "../../auth/guard";
import { ApiError } from "../../server/api-error";
import { services } from "../../server/services";

export const config = { api: { bodyParser: false } };

const BYTES = 64 * 1024 * 1024;

/** Posts and pictures as files; all of them, or none and what is wrong with each. */
export default api({
    POST: upload(
        async ({ body }) => {
            try {
                return await services().transfer.importFiles(body);
            } catch (error) {
                // By its name: its class is in the server's bundle.
                if (error instanceof Error && error.name === "ImportError") throw new ApiError(422, error.message);
                throw error;
            }
        },
        { bytes: BYTES },
    ),
});
