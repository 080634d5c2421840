/** Calls back into the program: hooks and transforms are functions there, named by a token on its callback server. */
import * as grpc from "@grpc/grpc-js";
import { type Callback, CallbackInvokeRequest, CallbackInvokeResponse } from "@pulumi/pulumi/proto/callback_pb";
import { CHANNEL_OPTIONS } from "./channel";

export class Callbacks {
    readonly #clients = new Map<string, grpc.Client>();

    /** Sends a message to the callback and returns the bytes of its answer. */
    invoke(callback: Callback, message: { serializeBinary: () => Uint8Array }): Promise<Uint8Array> {
        const request = new CallbackInvokeRequest().setToken(callback.getToken()).setRequest(message.serializeBinary());
        return new Promise((resolve, reject) => {
            this.#client(callback.getTarget()).makeUnaryRequest(
                "/pulumirpc.Callbacks/Invoke",
                (value: CallbackInvokeRequest) => Buffer.from(value.serializeBinary()),
                (bytes: Buffer) => CallbackInvokeResponse.deserializeBinary(bytes),
                request,
                (error, answer) => {
                    if (error) {
                        reject(new Error(error.details));
                    } else {
                        resolve(answer?.getResponse_asU8() ?? new Uint8Array());
                    }
                },
            );
        });
    }

    close(): void {
        for (const client of this.#clients.values()) {
            client.close();
        }
    }

    #client(target: string): grpc.Client {
        let client = this.#clients.get(target);
        if (!client) {
            client = new grpc.Client(target, grpc.credentials.createInsecure(), CHANNEL_OPTIONS);
            this.#clients.set(target, client);
        }
        return client;
    }
}
