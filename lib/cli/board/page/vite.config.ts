import { defineConfig } from "vite";

/** The board's page, built into the package: nothing of it comes from elsewhere, or is inline. */
export default defineConfig({
  base: "./",
  build: {
    outDir: "../../../../dist/board",
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    target: "es2023",
  },
});
