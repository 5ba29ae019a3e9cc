/** The archive bucket of the local run, and the folder in its data folder that the objects of it are in. */
export const LOCAL_ARCHIVE = 'archive';
