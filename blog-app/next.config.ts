import type { NextConfig } from "next";

const config: NextConfig = {
    output: "standalone",
    // A lockfile in a folder above would move the root.
    outputFileTracingRoot: import.meta.dirname,
    turbopack: { root: import.meta.dirname },
    // The front does it (src/server/routes.ts), in one step with the addresses that moved.
    skipTrailingSlashRedirect: true,
    poweredByHeader: false,
    // What is not kept ready compressed: search, the author's pages.
    compress: true,
    generateEtags: false,
    // Variants are made when a picture is uploaded.
    images: { unoptimized: true },
    // `npm run check` does it.
    typescript: { ignoreBuildErrors: true },
    devIndicators: false,
};
export default config;
