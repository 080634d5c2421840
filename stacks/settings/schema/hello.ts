import * as z from "zod";
import { isDomain, isPinnedImage } from "../syntax";
import { fieldDocs, text } from "./field";

export const helloSchema = z
    .strictObject({
        enabled: z.boolean().default(true).register(fieldDocs, {
            description: "Run a page that proves the cluster from end to end: ingress, pods' network, placement.",
            wanted: "true or false",
        }),
        host: text(isDomain).optional().register(fieldDocs, {
            description: "Name of the page.",
            wanted: "a DNS name such as hello.example.org",
            defaultText: "`hello.<domain>`",
        }),
        node: text(() => true)
            .optional()
            .register(fieldDocs, {
                description: "Name of the laptop that runs the page.",
                wanted: "the name of a laptop",
                defaultText: "the last agent, else the server",
            }),
        image: text(isPinnedImage).default("docker.io/rancher/mirrored-library-busybox:1.37.0").register(fieldDocs, {
            description: "Image that serves the page: busybox's httpd.",
            wanted: "an image with a tag other than latest, or a digest",
        }),
    })
    .prefault({})
    .register(fieldDocs, { description: "A page that proves the cluster.", wanted: "a map" });
