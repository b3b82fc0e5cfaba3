// A small agent, as a model might write it.
interface Input {
  value: number;
}

export default {
  async myAgent(input: Input): Promise<{ doubled: number }> {
    return { doubled: input.value * 2 };
  },
};
