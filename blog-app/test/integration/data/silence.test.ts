import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { expect, it } from "vitest";

import { openDatabase } from "../../../src/data/database";
import { freshEnvironment } from "../../support/app";

it("gives up connections on which nothing comes any more, and makes new ones", async () => {
    const { env } = await freshEnvironment();
    const between: Socket[] = [];
    const proxy = createServer((socket) => {
        const onward = connect(env.DATABASE_PORT, env.DATABASE_HOST);
        for (const one of [socket, onward]) one.on("error", () => undefined);
        socket.pipe(onward).pipe(socket);
        between.push(socket, onward);
    }).listen(0, "127.0.0.1");
    await once(proxy, "listening");
    const { port } = proxy.address() as AddressInfo;
    const database = openDatabase({ ...env, DATABASE_HOST: "127.0.0.1", DATABASE_PORT: port }, 400);
    try {
        await database.version();
        // As when the database's machine is gone: the connection is there, and nobody at its other end.
        for (const socket of between) socket.unpipe().pause();
        await expect(database.version()).rejects.toThrow();
        expect(await database.version()).toBeGreaterThanOrEqual(0);
    } finally {
        await database.close();
        for (const socket of between) socket.destroy();
        proxy.close();
    }
}, 10_000);
