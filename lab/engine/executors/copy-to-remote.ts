/** `command.remote.CopyToRemote`: a file or a text to a host by SFTP, when it or its path changed. */
import type { Client, SFTPWrapper } from "ssh2";
import { randomBytes } from "node:crypto";
import { stat } from "node:fs/promises";
import { basename, posix } from "node:path";
import { promisify } from "node:util";
import { assetSource } from "../assets";
import { textAt } from "../fields";
import { connectionOf } from "../ssh/connection";
import { dial } from "../ssh/dial";
import type { Applied, Executor, Job } from "../types";
import { type Wire, type WireObject, isAsset, isObject, sameValue } from "../wire";

/** Progress is shown of copies that take longer than this many milliseconds. */
const QUIET = 2000;
/** OpenSSH's server takes packets of 256 KiB; many on their way at once hide the round trips. */
const TRANSFER = { concurrency: 32, chunkSize: 255 * 1024 };
const NO_SUCH_FILE = 2;

function openSftp(client: Client): Promise<SFTPWrapper> {
    return promisify(
        client.sftp.bind(client) as (done: (error: Error | undefined, sftp: SFTPWrapper) => void) => void,
    )();
}

/** What the remote path is; undefined when there is nothing. */
async function statOf(sftp: SFTPWrapper, path: string): Promise<{ isDirectory: () => boolean } | undefined> {
    try {
        return await promisify(sftp.stat.bind(sftp))(path);
    } catch (error) {
        if ((error as { code?: unknown }).code === NO_SUCH_FILE) {
            return undefined;
        }
        throw error;
    }
}

async function makeFolders(sftp: SFTPWrapper, folder: string): Promise<void> {
    if (folder === "/" || folder === "." || (await statOf(sftp, folder))) {
        return;
    }
    await makeFolders(sftp, posix.dirname(folder));
    await new Promise<void>((resolve, reject) => {
        sftp.mkdir(folder, (error) => {
            // Another copy may have made it meanwhile.
            void statOf(sftp, folder).then((made) => {
                if (made || !error) {
                    resolve();
                } else {
                    reject(new Error(`${folder} can't be made: ${error.message}`));
                }
            }, reject);
        });
    });
}

/** Where the copy goes: into an existing folder under its own name, else to the path itself. */
async function destination(sftp: SFTPWrapper, remotePath: string, sourceName: string): Promise<string> {
    const found = await statOf(sftp, remotePath);
    if (!found) {
        await makeFolders(sftp, posix.dirname(remotePath));
        return remotePath;
    }
    if (!found.isDirectory()) {
        return remotePath;
    }
    if (sourceName === "") {
        throw new Error(`${remotePath} is a folder: a text needs a file name`);
    }
    return posix.join(remotePath, sourceName);
}

async function putFile(job: Job, sftp: SFTPWrapper, path: string, target: string): Promise<void> {
    const { size } = await stat(path);
    const started = Date.now();
    let shown = started;
    await new Promise<void>((resolve, reject) => {
        const step = (done: number) => {
            const now = Date.now();
            if (now - shown >= QUIET) {
                shown = now;
                const seconds = (now - started) / 1000;
                const rate = done / 1e6 / seconds;
                job.log(
                    `${basename(path)}: ${Math.floor((done / size) * 100)} % of ${Math.ceil(size / 1e6)} MB (${rate.toFixed(0)} MB/s, ${seconds.toFixed(0)} s)`,
                );
            }
        };
        sftp.fastPut(path, target, { ...TRANSFER, step }, (error) => {
            if (error) {
                reject(error);
            } else {
                resolve();
            }
        });
    });
}

function putText(sftp: SFTPWrapper, text: string, target: string): Promise<void> {
    return new Promise((resolve, reject) => {
        sftp.writeFile(target, text, (error) => {
            if (error) {
                reject(error);
            } else {
                resolve();
            }
        });
    });
}

async function copy(job: Job): Promise<void> {
    const given = job.inputs.source;
    if (!isAsset(given)) {
        throw new Error("source is not a FileAsset or a StringAsset; the lab engine copies no archives");
    }
    const remotePath = textAt(job.inputs, "remotePath");
    const source = assetSource(given, job.projectDir);
    const connection = connectionOf(job.inputs.connection);
    const session = await dial(connection, job);
    const onAbort = () => {
        session.client.destroy();
    };
    job.signal.addEventListener("abort", onAbort, { once: true });
    try {
        const sftp = await openSftp(session.client);
        const lost = new Promise<never>((_resolve, reject) => {
            session.client.once("close", () => {
                reject(new Error(job.signal.aborted ? "interrupted" : "the connection was lost"));
            });
        });
        const name = "path" in source ? basename(source.path) : "";
        const put = async () => {
            const target = await destination(sftp, remotePath, name);
            await ("path" in source ? putFile(job, sftp, source.path, target) : putText(sftp, source.text, target));
        };
        await Promise.race([put(), lost]);
    } catch (error) {
        const what = error instanceof Error ? error.message : String(error);
        throw new Error(`${connection.host}: copying to ${remotePath}: ${what}`, { cause: error });
    } finally {
        job.signal.removeEventListener("abort", onAbort);
        session.close();
    }
}

/** What a copy depends on. Of the connection only which host it is: another login to the same host copies nothing. */
function essence(inputs: WireObject): Wire[] {
    const { source, connection, remotePath, triggers } = inputs;
    const content = isAsset(source) ? (source.hash ?? null) : null;
    const host = isObject(connection) ? [connection.host, connection.port, connection.hostKey] : [];
    return [content, remotePath ?? null, triggers ?? null, ...host.map((part) => part ?? null)];
}

function isCopied(job: Job): boolean {
    return job.old !== undefined && sameValue(essence(job.old.inputs), essence(job.inputs));
}

export const copyToRemote: Executor = {
    handles: (type) => type === "command:remote:CopyToRemote",
    plan: (job) => {
        if (!job.old) {
            return { status: "planned-create", outputs: job.wireInputs };
        }
        return { status: isCopied(job) ? "unchanged" : "planned-change", outputs: job.wireInputs };
    },
    apply: async (job): Promise<Applied> => {
        const id = job.old?.id ?? randomBytes(4).toString("hex");
        if (isCopied(job)) {
            return { id, outputs: job.wireInputs, status: "unchanged" };
        }
        await copy(job);
        return { id, outputs: job.wireInputs, status: job.old ? "changed" : "created" };
    },
};
