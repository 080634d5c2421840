import * as pulumi from "@pulumi/pulumi";

import { Hello } from "../components/hello";
import type { Cluster } from "./cluster";
import type { Settings } from "./settings";

/** What every project on the cluster shares. */
export class Platform extends pulumi.ComponentResource {
    /** Address of the hello page; undefined where the settings switch it off. */
    public readonly helloUrl: pulumi.Output<string> | undefined;

    constructor(name: string, cluster: Cluster, settings: Settings, opts?: pulumi.ComponentResourceOptions) {
        super("onprem-blog:index:Platform", name, {}, opts);
        const { hello, laptops } = settings;
        // The last laptop is an agent wherever there is one: a page from there has crossed the network of the cluster.
        const node = hello.node ?? laptops.filter(({ lost }) => !lost).at(-1)?.name;
        if (hello.enabled && node !== undefined) {
            this.helloUrl = new Hello(
                "hello",
                {
                    provider: cluster.provider,
                    controlPlane: cluster.controlPlane,
                    host: hello.host,
                    node,
                    image: hello.image,
                },
                { parent: this },
            ).url;
        }
        this.registerOutputs({ helloUrl: this.helloUrl });
    }
}
