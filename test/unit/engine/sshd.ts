/** An SSH server on the loopback for the time of a test: its own host key, one user key, SFTP. */
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

const SSHD = "/usr/sbin/sshd";

export interface Sshd {
    readonly port: number;
    readonly user: string;
    /** "ssh-ed25519 AAAA..." */
    readonly hostKey: string;
    readonly privateKey: string;
    /** The same key, encrypted with the password "opensesame". */
    readonly encryptedKey: string;
    /** A folder of its own, removed at the end. */
    readonly folder: string;
    readonly stop: () => Promise<void>;
}

export const hasSshd = existsSync(SSHD);

export function makeKey(file: string, password = ""): { privateKey: string; publicKey: string } {
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", password, "-C", "test", "-f", file]);
    return {
        privateKey: readFileSync(file, "utf8"),
        publicKey: readFileSync(`${file}.pub`, "utf8").split(" ").slice(0, 2).join(" "),
    };
}

export function freePort(): Promise<number> {
    return new Promise((resolve) => {
        const server = createServer().listen(0, "127.0.0.1", () => {
            const address = server.address();
            server.close(() => {
                resolve(typeof address === "object" && address ? address.port : 0);
            });
        });
    });
}

function answers(port: number): Promise<boolean> {
    return new Promise((resolve) => {
        const socket = connect(port, "127.0.0.1")
            .once("data", () => {
                socket.destroy();
                resolve(true);
            })
            .once("error", () => {
                resolve(false);
            });
    });
}

export async function startSshd(): Promise<Sshd> {
    const folder = mkdtempSync(join(tmpdir(), "engine-sshd-"));
    const host = makeKey(join(folder, "host"));
    const login = makeKey(join(folder, "login"));
    execFileSync("cp", [join(folder, "login"), join(folder, "encrypted")]);
    execFileSync("ssh-keygen", ["-q", "-p", "-P", "", "-N", "opensesame", "-f", join(folder, "encrypted")]);
    writeFileSync(join(folder, "authorized"), `${login.publicKey}\n`);
    const port = await freePort();
    writeFileSync(
        join(folder, "config"),
        [
            `Port ${port}`,
            "ListenAddress 127.0.0.1",
            `HostKey ${join(folder, "host")}`,
            `AuthorizedKeysFile ${join(folder, "authorized")}`,
            "PasswordAuthentication no",
            "KbdInteractiveAuthentication no",
            "UsePAM no",
            "StrictModes no",
            "PidFile none",
            "MaxStartups 100",
            "Subsystem sftp internal-sftp",
        ].join("\n"),
    );
    if (userInfo().uid === 0) {
        mkdirSync("/run/sshd", { recursive: true });
    }
    const child = spawn(SSHD, ["-D", "-e", "-f", join(folder, "config")], { stdio: "ignore" });
    for (let attempt = 0; attempt < 100 && !(await answers(port)); attempt++) {
        await delay(50);
    }
    return {
        port,
        user: userInfo().username,
        hostKey: host.publicKey,
        privateKey: login.privateKey,
        encryptedKey: readFileSync(join(folder, "encrypted"), "utf8"),
        folder,
        stop: async () => {
            const ended = new Promise((resolve) => child.once("exit", resolve));
            child.kill();
            await ended;
            rmSync(folder, { recursive: true, force: true });
        },
    };
}
