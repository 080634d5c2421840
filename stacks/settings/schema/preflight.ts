import * as z from "zod";
import { fieldDocs, report, wholeNumber } from "./field";

const range = (minimum: number, maximum: number) => `a whole number from ${String(minimum)} to ${String(maximum)}`;

const operatingSystems = z
    .array(
        z
            .enum(["ubuntu", "debian"])
            .register(fieldDocs, { description: "ID of /etc/os-release.", wanted: "one of ubuntu, debian" }),
    )
    .min(1)
    .superRefine((value, context) => {
        for (const [index, system] of value.entries()) {
            if (value.indexOf(system) !== index) report(context, [index], { wanted: "each operating system once" });
        }
    })
    .default(["ubuntu"])
    .register(fieldDocs, {
        description: "Operating systems a laptop may run (the ID of /etc/os-release).",
        wanted: "a list of at least one of ubuntu, debian",
    });

export const preflightSchema = z
    .strictObject({
        operatingSystems,
        minimumMemoryMiB: wholeNumber(512, 1_048_576)
            .default(1800)
            .register(fieldDocs, {
                description: "Least memory of a laptop, in MiB.",
                wanted: range(512, 1_048_576),
            }),
        minimumDiskGiB: wholeNumber(1, 100_000)
            .default(10)
            .register(fieldDocs, {
                description:
                    "Least free space under /var/lib/rancher on a laptop without k3s, in GiB. An upgrade wants 2 GiB, or this where it is less.",
                wanted: range(1, 100_000),
            }),
        minimumFreeInodes: wholeNumber(0, 1_000_000_000)
            .default(100_000)
            .register(fieldDocs, {
                description: "Least number of free inodes under /var/lib/rancher; 0 does not look.",
                wanted: range(0, 1_000_000_000),
            }),
        maximumClockSkewSeconds: wholeNumber(1, 3600)
            .default(30)
            .register(fieldDocs, {
                description: "How far a laptop's clock may be from the others' (their median), in seconds.",
                wanted: range(1, 3600),
            }),
    })
    .prefault({})
    .register(fieldDocs, {
        description: "What every laptop must have before any is changed.",
        wanted: "a map of limits",
    });
