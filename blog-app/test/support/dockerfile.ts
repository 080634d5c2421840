export interface Instruction {
    readonly name: string;
    readonly rest: string;
}

/** The instructions of a Dockerfile in order, with lines that go on joined and comments left away. */
export function parseDockerfile(text: string): Instruction[] {
    return text
        .split("\n")
        .filter((line) => !/^\s*#/.test(line))
        .join("\n")
        .replace(/\\\n/g, " ")
        .split("\n")
        .map((line) => line.trim())
        .filter((line) => line !== "")
        .map((line) => {
            const [, name = "", rest = ""] = /^(\S+)\s+(.*)$/.exec(line) ?? [];
            return { name: name.toUpperCase(), rest: rest.trim() };
        });
}

export interface Stage {
    readonly name: string;
    /** The image or the stage it begins from, with ARGs filled in. */
    readonly from: string;
    readonly instructions: readonly Instruction[];
}

export function stagesOf(instructions: readonly Instruction[]): Stage[] {
    const values = new Map<string, string>();
    const stages: (Stage & { instructions: Instruction[] })[] = [];
    for (const instruction of instructions) {
        const current = stages.at(-1);
        if (instruction.name === "FROM") {
            const [, image = "", name = ""] = /^(\S+)(?:\s+AS\s+(\S+))?$/i.exec(instruction.rest) ?? [];
            const from = image.replace(/\$\{(\w+)\}/g, (_, variable: string) => values.get(variable) ?? "");
            stages.push({ name, from, instructions: [] });
        } else if (current !== undefined) {
            current.instructions.push(instruction);
        } else if (instruction.name === "ARG") {
            const [, variable = "", value = ""] = /^(\w+)=(.*)$/.exec(instruction.rest) ?? [];
            values.set(variable, value);
        }
    }
    return stages;
}
