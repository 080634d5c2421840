// Loaded by Pulumi's language host ahead of the program (Pulumi.yaml, nodeargs). tsconfig.json names a transpiler, which
// ts-node takes only when told not to check types, and Pulumi tells it to check unless this variable says otherwise.
// docs/decisions/sucrase.md says why types are checked elsewhere.
process.env.PULUMI_NODEJS_TRANSPILE_ONLY = "true";
