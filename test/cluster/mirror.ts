import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";

import { at, lab, type Change } from "./support";

/** A web server on this machine that the laptops reach, in place of a mirror of k3s's releases. */
export interface Mirror {
    readonly url: string;
    readonly stop: () => void;
}

export async function startMirror(answer: RequestListener): Promise<Mirror> {
    const server = createServer(answer).listen(0, "0.0.0.0");
    await once(server, "listening");
    // This machine is the laptops' gateway.
    const gateway = lab.laptop("laptop-a").address.replace(/\d+$/, "1");
    return {
        url: `http://${gateway}:${(server.address() as AddressInfo).port}`,
        stop: () => {
            server.closeAllConnections();
            server.close();
        },
    };
}

/** k3s's binary from there; no file that it sends has this sum. */
export function fromMirror({ url }: Mirror): Change {
    return (stackFile) => {
        stackFile.setIn(at("k3s", "binary"), { source: "mirror", url, sha256: { amd64: "0".repeat(64) } });
        stackFile.setIn(at("k3s", "airgapImages"), { source: "none" });
    };
}
