/** A file of a model, by its path within the model's folder, with slashes. */
export interface ModelFile {
  readonly path: string;
  readonly bytes: number;
}

/** The files of a transformer model in the layout of the Hugging Face hub, wherever they are. */
export interface ModelFiles {
  /** Folder or hub id: what a user calls the model. */
  readonly name: string;
  /** Commit of the files, where it is known. */
  readonly revision?: string;
  readonly files: readonly ModelFile[];
  /** @throws {ChelatedError} not_found when the file is not there or cannot be read */
  read(path: string): Promise<Uint8Array>;
}

/** The file as text, or nothing when the model has no such file. */
export async function readText(model: ModelFiles, path: string): Promise<string | undefined> {
  if (!model.files.some((file) => file.path === path)) return undefined;
  return new TextDecoder().decode(await model.read(path));
}
