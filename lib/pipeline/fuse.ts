/**
 * Asks a store no further once it has failed, until the fuse is reset: each question would take the whole time that there is for
 * another try.
 */
export class Fuse {
  #blown: { readonly error: unknown } | undefined;

  /** @throws whatever the question does, or what blew the fuse */
  async ask<Answer>(question: () => Promise<Answer>): Promise<Answer> {
    if (this.#blown !== undefined) throw this.#blown.error;
    try {
      return await question();
    } catch (error) {
      this.#blown = { error };
      throw error;
    }
  }

  reset(): void {
    this.#blown = undefined;
  }
}
