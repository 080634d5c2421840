import type { View } from "../draft";
import { show, type Fault } from "../fault";
import { didYouMean } from "../suggest";

export function checkHello({ settings: { hello, laptops = [] } }: View): Fault[] {
    const node = hello?.node;
    const names = laptops.flatMap((laptop) => (laptop?.name === undefined ? [] : [laptop.name]));
    if (laptops.some((laptop) => laptop?.name === node && laptop?.lost === true)) {
        return [
            {
                path: ["hello", "node"],
                found: `${show(node)}, which is lost`,
                wanted: "the name of a laptop that is there",
            },
        ];
    }
    // With a laptop whose name is wrong, nobody knows which was meant.
    if (node === undefined || names.length < laptops.length || names.includes(node)) return [];
    return [
        {
            path: ["hello", "node"],
            found: show(node),
            wanted: "the name of a laptop",
            hint: didYouMean(node, names, "laptops"),
        },
    ];
}
