/** What the page tells its reader. */
export interface PageFacts {
    readonly host: string;
    /** Node that serves it. */
    readonly node: string;
}

/** The page's HTML. The facts are host and node names, which hold no character that HTML would read. */
export function page({ host, node }: PageFacts): string {
    return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>${host}</title>
    <style>
      :root { color-scheme: light dark; }
      body { font: 1.125rem/1.6 system-ui, sans-serif; margin: 15vh auto 0; max-width: 36rem; padding: 0 1.5rem; }
      h1 { font-size: 1.75rem; line-height: 1.2; }
      code { font-size: 0.95em; }
    </style>
  </head>
  <body>
    <h1>The cluster is up</h1>
    <p>This page comes from a pod on <code>${node}</code>, through the ingress, under the name <code>${host}</code>.</p>
  </body>
</html>
`;
}
