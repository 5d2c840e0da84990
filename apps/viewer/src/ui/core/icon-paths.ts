/** The icons of the buttons: SVG paths in a box of 24 by 24, to be stroked. Drawn for this page. */
export const ICON_PATHS = {
  fit: "M4 9V6a2 2 0 0 1 2-2h3M15 4h3a2 2 0 0 1 2 2v3M20 15v3a2 2 0 0 1-2 2h-3M9 20H6a2 2 0 0 1-2-2v-3M9 10h6v4H9z",
  actual: "M6 8.5 8.5 7v10M15.5 8.5 18 7v10M12.2 10v.01M12.2 14v.01",
  width: "M3 5v14M21 5v14M7 12h10M9.5 9 6.5 12l3 3M14.5 9l3 3-3 3",
  zoomIn: "M12 6v12M6 12h12",
  zoomOut: "M6 12h12",
  fullScreen: "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5",
  window: "M9 4v5H4M20 9h-5V4M15 20v-5h5M4 15h5v5",
  pictureInPicture: "M21 11V7a2 2 0 0 0-2-2H5a2 2 0 0 0-2 2v9a2 2 0 0 0 2 2h5M13.5 14h7v5.5h-7z",
  snapshot:
    "M4 8.5A1.5 1.5 0 0 1 5.5 7H8l1.5-2.5h5L16 7h2.5A1.5 1.5 0 0 1 20 8.5v9a1.5 1.5 0 0 1-1.5 1.5h-13A1.5 1.5 0 0 1 4 17.5zM15.2 12.8a3.2 3.2 0 1 1-6.4 0 3.2 3.2 0 0 1 6.4 0",
  copy: "M9 9h9a1.5 1.5 0 0 1 1.5 1.5v8A1.5 1.5 0 0 1 18 20H9.5A1.5 1.5 0 0 1 8 18.5v-8A1.5 1.5 0 0 1 9.5 9M5 15.5V5.5A1.5 1.5 0 0 1 6.5 4H15",
  record: "M20 12a8 8 0 1 1-16 0 8 8 0 0 1 16 0M14.5 12a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0",
  stop: "M7.5 7.5h9v9h-9z",
  link: "M10 14a4 4 0 0 0 5.7 0l3-3A4 4 0 0 0 13 5.3L12 6.3M14 10a4 4 0 0 0-5.7 0l-3 3a4 4 0 0 0 5.7 5.7l1-1",
  statistics: "M5 20v-7M12 20V4M19 20v-11",
  help: "M9 9.2a3 3 0 1 1 4.5 2.6c-1 .6-1.5 1.2-1.5 2.4M12 17.5v.01",
  more: "M6 12v.01M12 12v.01M18 12v.01",
  close: "M6 6l12 12M18 6 6 18",
} as const;

export type IconName = keyof typeof ICON_PATHS;
