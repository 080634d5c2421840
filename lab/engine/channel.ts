import type { ChannelOptions } from "@grpc/grpc-js";

/** The SDK's own message limit; and the loopback is never reached through a proxy of the surroundings. */
export const CHANNEL_OPTIONS: ChannelOptions = {
    "grpc.max_receive_message_length": 400 * 1024 * 1024,
    "grpc.enable_http_proxy": 0,
};
