import pulumi from "@pulumi/eslint-plugin";
import tseslint from "typescript-eslint";

export default tseslint.config(
    { ignores: ["node_modules/", "blog-app/", "deploy/"] },
    ...tseslint.configs.strictTypeChecked,
    ...tseslint.configs.stylisticTypeChecked,
    {
        files: ["**/*.ts"],
        plugins: { "@pulumi": pulumi },
        languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
        rules: {
            "@pulumi/no-output-in-template-literal": "error",
            "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true }],
            // Pulumi's own idiom: a resource is made for its effect.
            "no-new": "off",
            "no-restricted-syntax": [
                "error",
                {
                    selector: "NewExpression[callee.object.name='pulumi'][callee.property.name='Config']",
                    message: "Only stacks/settings reads Pulumi's config.",
                },
            ],
        },
    },
    { files: ["stacks/settings/**"], rules: { "no-restricted-syntax": "off" } },
    {
        files: ["test/**/*.ts"],
        rules: {
            "@typescript-eslint/no-unused-expressions": "off",
            "@typescript-eslint/no-non-null-assertion": "off",
        },
    },
    {
        files: ["**/*.mjs", "**/*.cjs"],
        extends: [tseslint.configs.disableTypeChecked],
        // CommonJS that Node reads as it is.
        rules: { "@typescript-eslint/no-require-imports": "off" },
        languageOptions: {
            globals: { require: "readonly", module: "writable", process: "readonly", __dirname: "readonly" },
        },
    },
);
