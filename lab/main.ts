import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { Command } from "commander";
import { Lab } from "./lab";
import { SUBNETS } from "./names";
import { progressTo } from "./progress";
import { runHere } from "./run";
import { describe, notHad, PrerequisitesError } from "./setup";
import { formatStatus } from "./status";

/** Exit codes: 1 a failure, 2 this machine lacks something, 130 interrupted. */
const LACKS = 2;
const INTERRUPTED = 130;

const interruption = new AbortController();
const isTerminal = process.stdin.isTTY && process.stdout.isTTY;

/** The first Ctrl-C ends what is going on in order, the second at once. */
function listenForInterrupts(): void {
    const interrupt = () => {
        if (interruption.signal.aborted) process.exit(INTERRUPTED);
        process.stderr.write("\nending; press again to end at once\n");
        interruption.abort();
    };
    process.on("SIGINT", interrupt).on("SIGTERM", interrupt);
}

function print(text: string): void {
    process.stdout.write(`${text}\n`);
}

async function main(): Promise<void> {
    const program = new Command("lab");
    program
        .usage("[--name <lab>] [command]")
        .description(
            "Two throw-away laptops on this machine, made into a cluster by the program of this repository.\n" +
                "npm run lab -- <command>; without a command: up.",
        )
        .option("--name <lab>", `which lab: ${Object.keys(SUBNETS).join(", ")}`, "lab")
        .enablePositionalOptions();
    const lab = () => {
        const { name } = program.opts<{ name: string }>();
        return Lab.open(name, { progress: progressTo(), signal: interruption.signal });
    };

    program
        .command("up", { isDefault: true })
        .description("install what is missing, make the laptops, run the program, fetch the page")
        .option("--check", "only report what this machine has, reaches and lacks")
        .action((flags: { check?: boolean }) => (flags.check === true ? check(lab()) : up(lab())));
    program
        .command("status")
        .description("nodes, addresses, versions, memory, and what could not be had on this machine")
        .option("--json", "for other programs")
        .action(async (flags: { json?: boolean }) => {
            const status = await lab().status();
            print(flags.json === true ? JSON.stringify(status, null, 2) : formatStatus(status));
        });
    program
        .command("ssh")
        .description("log in on a laptop, or run a command there")
        .argument("<laptop>")
        .argument("[command...]")
        .passThroughOptions()
        .allowUnknownOption()
        .action(async (laptop: string, command: string[]) => {
            process.exitCode = await runHere([...lab().sshCommand(laptop), ...command]);
        });
    program
        .command("kubectl")
        .description("kubectl on the server; files come by stdin: kubectl apply -f - < file.yaml")
        .argument("[arguments...]")
        .passThroughOptions()
        .allowUnknownOption()
        .helpOption(false)
        .action(async (args: string[]) => {
            const flags = ["--interactive", ...(isTerminal ? ["--tty"] : [])];
            process.exitCode = await runHere(lab().kubectlCommand(args, flags));
        });
    program
        .command("logs")
        .description("the journal of k3s, of one laptop or of all")
        .argument("[laptop]")
        .option("-f, --follow", "go on until Ctrl-C")
        .action((laptop: string | undefined, flags: { follow?: boolean }) =>
            logs(lab(), laptop, flags.follow === true),
        );
    program
        .command("preview")
        .description("what the program would change; changes nothing")
        .action(async () => {
            print(await lab().preview());
        });
    program
        .command("down")
        .description("remove laptops, network, rules and state; the cache stays")
        .action(async () => {
            const removed = await lab().down();
            print(removed.length === 0 ? "nothing to remove" : removed.map((line) => `removed ${line}`).join("\n"));
        });
    listenForInterrupts();
    await program.parseAsync();
}

async function up(lab: Lab): Promise<void> {
    const begun = Date.now();
    const status = await lab.up();
    print(`${formatStatus(status)}\n  took ${Math.round((Date.now() - begun) / 1000)} s`);
    print(
        "  look around: npm run lab -- status | ssh laptop-a | kubectl get pods -A | logs; take it away: npm run lab -- down",
    );
    if (!status.up) process.exitCode = 1;
}

async function check(lab: Lab): Promise<void> {
    const { parts, verdict } = await lab.look();
    print(`This machine has: ${verdict.has.join(", ")}`);
    for (const { part, what, reason } of parts) print(`${part}: ${what} (${reason})`);
    describe(verdict).forEach(print);
    const missing = notHad(parts).length;
    if (verdict.lacks.length > 0) process.exitCode = LACKS;
    else print(`npm run lab can start here${missing === 0 ? "" : `, with ${missing} stand-ins`}`);
}

/** Several journals at a time are told apart by the laptop's name before each line. */
async function logs(lab: Lab, only: string | undefined, follow: boolean): Promise<void> {
    const names = only === undefined ? lab.laptops.map(({ name }) => name) : [only];
    const codes = names.map((name) => {
        const [file = "", ...args] = lab.logsCommand(name, follow);
        const child = spawn(file, args, { stdio: ["ignore", "pipe", "inherit"] });
        createInterface({ input: child.stdout }).on("line", (line) => {
            print(only === undefined ? `${name} ${line}` : line);
        });
        interruption.signal.addEventListener("abort", () => child.kill());
        return new Promise<number>((resolve) =>
            child.on("close", (code) => {
                resolve(code ?? 0);
            }),
        );
    });
    process.exitCode = Math.max(...(await Promise.all(codes)));
}

main()
    .catch((error: unknown) => {
        if (interruption.signal.aborted) {
            process.stderr.write("ended before it was done; the same command goes on from here\n");
            process.exitCode = INTERRUPTED;
        } else {
            process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
            process.exitCode = error instanceof PrerequisitesError ? LACKS : 1;
        }
    })
    // Connections that are kept alive for a next request would hold the process for seconds.
    .finally(() => process.exit());
