import { connect as tcpConnect, createServer, type AddressInfo } from "node:net";
import { Server, utils, type ServerChannel } from "ssh2";
import { formatHostKey, type HostKey } from "../../../stacks/settings/host-key";

export interface TestServer {
    readonly port: number;
    readonly hostKey: HostKey;
    /** Commands that were run, with what came on stdin. */
    readonly commands: string[];
    close(): Promise<void>;
}

/** What sudo does there. */
export type Sudo = "free" | { readonly password: string } | "forbidden";

/** A laptop's SSH server in this process: one user, one key, and sudo. */
export async function sshServer(options: {
    readonly hostKey?: "ed25519" | "rsa";
    readonly user?: string;
    /** Public key in authorized_keys. */
    readonly authorized?: string;
    readonly sudo?: Sudo;
}): Promise<TestServer> {
    const { private: hostKey, public: publicLine } =
        options.hostKey === "rsa"
            ? utils.generateKeyPairSync("rsa", { bits: 2048 })
            : utils.generateKeyPairSync("ed25519");
    const commands: string[] = [];
    const server = new Server({ hostKeys: [hostKey] }, (client) => {
        client.on("error", () => undefined);
        client.on("authentication", (context) => {
            const known = options.authorized === undefined ? undefined : utils.parseKey(options.authorized);
            if (
                context.method === "publickey" &&
                context.username === options.user &&
                known !== undefined &&
                !(known instanceof Error) &&
                context.key.data.equals(known.getPublicSSH())
            ) {
                context.accept();
            } else {
                context.reject(["publickey"]);
            }
        });
        client.on("tcpip", (accept, reject, info) => {
            const socket = tcpConnect(info.destPort, info.destIP);
            socket.on("error", () => {
                reject();
            });
            socket.on("connect", () => {
                const channel = accept();
                socket.on("close", () => channel.end());
                channel.on("close", () => socket.destroy());
                channel.on("error", () => undefined);
                channel.pipe(socket).pipe(channel);
            });
        });
        client.on("session", (accept) => {
            accept().on("exec", (acceptExec, _, { command }) => {
                const channel = acceptExec();
                let stdin = "";
                channel.on("data", (data: Buffer) => (stdin += data.toString()));
                channel.on("end", () => {
                    commands.push(`${command} < ${JSON.stringify(stdin)}`);
                    answer(channel, command, stdin, options.sudo ?? "free");
                });
            });
        });
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    return {
        port: (server.address() as AddressInfo).port,
        hostKey: formatHostKey(Buffer.from(publicLine.split(" ")[1] ?? "", "base64")),
        commands,
        close: () =>
            new Promise((done) =>
                server.close(() => {
                    done();
                }),
            ),
    };
}

function answer(channel: ServerChannel, command: string, stdin: string, sudo: Sudo): void {
    const asks = !command.includes("-n");
    const ok = sudo === "free" || (typeof sudo === "object" && asks && stdin === `${sudo.password}\n`);
    if (!ok)
        channel.stderr.write(
            sudo === "forbidden" && asks ? "operator is not in the sudoers file\n" : "a password is required\n",
        );
    channel.exit(ok ? 0 : 1);
    channel.end();
}

/** A port at which nobody listens. */
export async function closedPort(): Promise<number> {
    const server = createServer();
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const { port } = server.address() as AddressInfo;
    await new Promise((done) => server.close(done));
    return port;
}
