/** Pixels of the picture that is shown where a post is shared. */
export const OG_IMAGE = { width: 1200, height: 630 } as const;
