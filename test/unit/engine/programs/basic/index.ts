import * as random from "@pulumi/random";
import { ComponentResource, type ComponentResourceOptions, Config } from "@pulumi/pulumi";

const config = new Config();
const greeting = config.require("greeting");
const token = config.requireSecret("token");
class Pair extends ComponentResource {
    readonly first: random.RandomPassword;
    constructor(name: string, opts?: ComponentResourceOptions) {
        super("test:index:Pair", name, {}, opts);
        this.first = new random.RandomPassword(`${name}-first`, { length: 20 }, { parent: this });
        new random.RandomId(`${name}-id`, { byteLength: 4 }, { parent: this });
        this.registerOutputs({});
    }
}
const pair = new Pair("pair");
export const password = pair.first.result;
export const nested = { plain: greeting, inner: { secret: token } };
