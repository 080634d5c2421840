import assert from "node:assert/strict";
import { parseMemory } from "../../../lab/laptops";
import { addedLaptop, withHostKey } from "../../../lab/laptops/added";
import { cgroupVersion, createArguments, hardLimits, type LaptopContainer } from "../../../lab/laptops/podman";
import { labName, stateFolder } from "../../../lab/names";

const container: LaptopContainer = {
    name: "onprem-blog-lab-laptop-a",
    lab: "lab",
    laptop: "laptop-a",
    hostname: "laptop-a",
    network: "onprem-blog-lab",
    address: "10.77.0.11",
    image: "localhost/onprem-blog/laptop:x",
    disks: [{ from: "/state/rancher", to: "/var/lib/rancher" }],
};
const limits = { openFiles: 20_000, processes: 32_768 };

describe("lab: laptops", () => {
    it("makes containers with runc only where cgroups are version 1", () => {
        const runtime = (cgroup: "v1" | "v2") => createArguments(container, cgroup, limits).includes("runc");
        assert.deepEqual([runtime("v1"), runtime("v2")], [true, false]);
    });

    it("never lets podman mount the machine's systemd tree, and never asks for more than the hard limits", () => {
        const args = createArguments(container, "v1", { openFiles: 20_000, processes: 32_768 }).join(" ");
        assert.match(args, / --systemd=false .* --ulimit nofile=20000:20000 --ulimit nproc=32768:32768 /);
        const rich = createArguments(container, "v2", { openFiles: Number.POSITIVE_INFINITY, processes: 4_194_304 });
        assert.ok(rich.includes("nofile=1048576:1048576"));
    });

    it("gives a laptop the network card that its predecessor of the same address had", () => {
        const args = createArguments(container, "v2", limits).join(" ");
        assert.match(args, / --ip 10\.77\.0\.11 --mac-address 02:42:0a:4d:00:0b /);
    });

    it("reads limits and the cgroup version as the kernel prints them", () => {
        const text = [
            "Limit                     Soft Limit           Hard Limit           Units     ",
            "Max processes             96365                unlimited            processes ",
            "Max open files            1024                 524288               files     ",
        ].join("\n");
        assert.deepEqual(hardLimits(text, 32_768), { openFiles: 524_288, processes: 32_768 });
        assert.equal(cgroupVersion("cgroup2 /sys/fs/cgroup cgroup2 rw 0 0\n"), "v2");
        assert.equal(
            cgroupVersion("tmpfs /sys/fs/cgroup tmpfs ro 0 0\ncgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0\n"),
            "v1",
        );
    });

    it("reads what podman says of the memory", () => {
        const stats = "onprem-blog-lab-laptop-a 512.5MiB / 23.5GiB\nonprem-blog-lab-laptop-b 1.5GiB / 23.5GiB\n\n";
        assert.deepEqual(
            [...parseMemory(stats, "lab")],
            [
                ["laptop-a", 537_395_200],
                ["laptop-b", 1_610_612_736],
            ],
        );
    });

    it("refuses a lab that has no network", () => {
        assert.equal(labName("test"), "test");
        assert.throws(
            () => labName("mine"),
            /^Error: --name mine: there is no lab of this name\. Each lab has a network of its own; take one of lab \(10\.77\.0\.0\/24\), test \(10\.78\.0\.0\/24\), bench \(10\.76\.0\.0\/24\)$/,
        );
        assert.throws(() => labName("toString"));
    });

    it("keeps state beside the repository, unless told otherwise", () => {
        assert.equal(stateFolder("/repository", "lab", {}), "/repository/.lab/lab");
        assert.equal(stateFolder("/repository", "test", { ONPREM_BLOG_STATE: "/other" }), "/other/test");
    });

    describe("one more laptop", () => {
        const there = [11, 12, 14].map((host) => {
            return { name: `laptop-${host}`, role: "agent", address: `10.77.0.${host}`, user: "operator" };
        });

        it("gets the first address that is free", () => {
            assert.deepEqual(addedLaptop("laptop-c", "agent", there, "10.77.0", "operator"), {
                name: "laptop-c",
                role: "agent",
                address: "10.77.0.13",
                user: "operator",
            });
            assert.equal(addedLaptop("c", "agent", there.slice(1), "10.77.0", "operator").address, "10.77.0.11");
        });

        it("needs a name that a host may have", () => {
            for (const name of ["", "Laptop", "laptop_c", "-c", "a b", "../c"]) {
                assert.throws(() => addedLaptop(name, "agent", there, "10.77.0", "operator"), {
                    message: `laptop ${JSON.stringify(name)}: wanted a name of lower-case letters, digits and dashes`,
                });
            }
        });

        it("needs an address that is free", () => {
            const all = Array.from({ length: 254 }, (_, index) => {
                return { name: `l${index}`, role: "agent", address: `10.77.0.${index + 1}`, user: "operator" };
            });
            assert.throws(() => addedLaptop("one-more", "agent", all, "10.77.0", "operator"), {
                message: "laptop one-more: every address of 10.77.0.0/24 is in use; remove a laptop first",
            });
        });
    });

    it("keeps one host key for an address, or none", () => {
        const before = "10.77.0.1 ssh-ed25519 AAAA-z\n10.77.0.11 ssh-ed25519 AAAA-a\n";
        const after = withHostKey(before, "10.77.0.1", "ssh-ed25519 AAAA-y");
        assert.equal(after, "10.77.0.11 ssh-ed25519 AAAA-a\n10.77.0.1 ssh-ed25519 AAAA-y\n");
        assert.equal(withHostKey(after, "10.77.0.1"), "10.77.0.11 ssh-ed25519 AAAA-a\n");
        assert.equal(withHostKey("", "10.77.0.1", "ssh-ed25519 AAAA-y"), "10.77.0.1 ssh-ed25519 AAAA-y\n");
    });
});
