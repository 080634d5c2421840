export { Hello } from "./hello";
