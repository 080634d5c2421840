/**
 * Sets the reader's own choice of theme before the first paint. Inline in the head of each page; its hash is in the
 * Content-Security-Policy.
 */
export const THEME_SCRIPT = `try{var t=localStorage.getItem("theme");if(t==="dark"||t==="light")document.documentElement.dataset.theme=t}catch(e){}`;
