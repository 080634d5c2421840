import { join, resolve } from "node:path";
import { Command } from "commander";
import type { Client } from "ssh2";
import { StackFileError } from "../stack-file";
import { passphraseFrom } from "../passphrase";
import { isAddress } from "../syntax";
import { connect, ConnectionError } from "./connection";
import { report, toJson } from "./report";
import { isFine, scan, type Finding, type Host } from "./scan";
import { readStackHosts, type StackHosts } from "./stack-hosts";

const PROJECT = resolve(__dirname, "../../..");

interface Options {
    readonly stack: string;
    readonly stackFile?: string;
    readonly json?: true;
}

async function main(argv: readonly string[]): Promise<number> {
    const command = new Command("npm run hosts:scan --")
        .description("Print the ed25519 host keys of the laptops, in the form that the stack file wants.")
        .argument("[hosts...]", "names of laptops in the stack file, or addresses (192.0.2.11, alpha.example.net:2222)")
        .option("--stack <name>", "scan the laptops of Pulumi.<name>.yaml", "production")
        .option("--stack-file <path>", "read this stack file instead")
        .option("--json", "print JSON");
    command.parse([...argv], { from: "user" });
    const options = command.opts<Options>();
    const path = options.stackFile ?? join(PROJECT, `Pulumi.${options.stack}.yaml`);
    const findings = await scanAll(command.args, path);
    console.log(options.json === true ? JSON.stringify(toJson(findings), undefined, 2) : report(findings));
    return isFine(findings) ? 0 : 1;
}

async function scanAll(args: readonly string[], path: string): Promise<Finding[]> {
    const addresses = args.map(toAddress);
    let stack: StackHosts | undefined;
    try {
        stack = readStackHosts(path, PROJECT, passphraseFrom(process.env));
    } catch (error) {
        // Addresses can be scanned before there is a stack file.
        if (args.length === 0 || addresses.includes(undefined)) throw error;
    }
    const hosts =
        args.length === 0
            ? (stack?.laptops ?? [])
            : args.map((arg, index) => pick(arg, addresses[index], stack?.laptops ?? [], path));
    if (hosts.length === 0) throw new StackFileError(`${path} has no laptop with an address`);
    if (stack?.jumpHost === undefined) return scan(hosts);
    return scanThrough(stack, stack.jumpHost, hosts);
}

/** The jump host is scanned like any other; the laptops behind it only once its key is pinned. */
async function scanThrough(stack: StackHosts, jumpHost: Host, hosts: readonly Host[]): Promise<Finding[]> {
    const [first] = await scan([jumpHost]);
    const findings = first === undefined ? [] : [first];
    let via: Client | undefined;
    try {
        if (!isFine(findings)) throw new ConnectionError("the jump host must be right first");
        const target = stack.jumpTarget();
        if (target === undefined) {
            throw new ConnectionError("the jump host's hostKey and user must be in the stack file first");
        }
        via = await connect(target);
        return [...findings, ...(await scan(hosts, via))];
    } catch (error) {
        const problem = `not tried: ${error instanceof Error ? error.message : String(error)}`;
        return [...findings, ...hosts.map((host) => ({ host, problem }))];
    } finally {
        via?.end();
    }
}

function pick(arg: string, address: Host | undefined, laptops: readonly Host[], path: string): Host {
    const known = laptops.find((laptop) => laptop.name === arg || laptop.address === arg);
    if (known !== undefined) return known;
    if (address === undefined) throw new StackFileError(`${arg} is neither a laptop of ${path} nor an address`);
    return address;
}

/** A bare word without a dot may be the name of a laptop, or a hostname: the stack file decides. */
function toAddress(arg: string): Host | undefined {
    const match = /^(?<host>\[[^\]]+\]|[^:]+)(?::(?<port>\d+))?$/.exec(arg);
    const address = match?.groups?.host?.replace(/^\[|\]$/g, "") ?? arg;
    return isAddress(address) ? { address, port: Number(match?.groups?.port ?? 22) } : undefined;
}

main(process.argv.slice(2)).then(
    (code) => {
        process.exitCode = code;
    },
    (error: unknown) => {
        if (!(error instanceof StackFileError)) throw error;
        console.error(error.message);
        process.exitCode = 1;
    },
);
