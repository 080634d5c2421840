/**
 * Sets the reader's own choice of theme before the first paint, and tells the styles that scripts run. Inline in the
 * head of each page; its hash is in the Content-Security-Policy.
 */
export const THEME_SCRIPT = `try{var d=document.documentElement.dataset;d.script="";var t=localStorage.getItem("theme");if(t==="dark"||t==="light")d.theme=t}catch(e){}`;
