import { isIP } from "node:net";
import * as z from "zod";
import { isHostname } from "../syntax";
import { fieldDocs, report, text } from "./field";

const yesNo = (value: boolean, description: string) =>
    z.boolean().default(value).register(fieldDocs, { description, wanted: "true or false" });

/** 0, or a percentage within limits. */
const percentOrOff = (minimum: number, maximum: number) =>
    z.int().superRefine((value, context) => {
        if (value !== 0 && (value < minimum || value > maximum)) report(context, [], {});
    });

const hosts = z
    .record(z.string(), z.string())
    .superRefine((value, context) => {
        for (const [name, ip] of Object.entries(value)) {
            if (!isHostname(name))
                report(context, [name], { found: `the name ${JSON.stringify(name)}`, wanted: "a hostname" });
            else if (isIP(ip) === 0) report(context, [name], { wanted: "an IP address" });
        }
    })
    .default({})
    .register(fieldDocs, {
        description: "Extra entries of /etc/hosts on every laptop: hostname to IP address.",
        wanted: "a map of hostname to IP address",
    });

export const prepareSchema = z
    .strictObject({
        journaldMaxUse: text((value) => /^[1-9]\d*[KMGT]$/.test(value))
            .default("500M")
            .register(fieldDocs, {
                description: "Most space the system's journal may take.",
                wanted: "a size such as 500M or 2G",
            }),
        unattendedUpgrades: yesNo(true, "Install security updates by themselves; never reboot by themselves."),
        batteryChargeLimit: percentOrOff(20, 100).default(80).register(fieldDocs, {
            description: "Percent at which the battery stops charging, where the laptop can; 0 leaves it alone.",
            wanted: "0, or a whole number from 20 to 100",
        }),
        shutdownAtBatteryPercent: percentOrOff(1, 50).default(10).register(fieldDocs, {
            description: "Percent of the battery at which the laptop shuts down in good order; 0 never does.",
            wanted: "0, or a whole number from 1 to 50",
        }),
        hosts,
        timeSync: yesNo(true, "Keep the clock by a time server."),
    })
    .prefault({})
    .register(fieldDocs, {
        description: "What is changed on every laptop so that it can be a server.",
        wanted: "a map",
    });
