import {
  applyPatches,
  createDraft,
  current,
  enableMapSet,
  enablePatches,
  finishDraft,
  freeze,
  isDraft,
  original,
  produce,
  produceWithPatches,
} from "immer";

enablePatches();
enableMapSet();

export default () => {
  const base = freeze(
    {
      todos: [
        { text: "a", done: false },
        { text: "b", done: true },
      ],
      tags: new Set(["x"]),
      index: new Map([["a", 0]]),
    },
    true,
  );
  const [next, patches, inverse] = produceWithPatches(base, (draft) => {
    draft.todos[0].done = true;
    draft.todos.push({ text: "c", done: false });
    draft.todos.splice(1, 1);
    draft.tags.add("y");
    draft.index.set("c", 1);
    delete draft.index.get("nothing");
  });
  const back = applyPatches(next, inverse);
  const toggle = produce((draft, at) => {
    draft.todos[at].done = !draft.todos[at].done;
  });
  const draft = createDraft(base);
  draft.todos[1].text = "changed";
  const seen = [isDraft(draft.todos[1]), current(draft).todos[1].text, original(draft.todos[1]).text];
  const finished = finishDraft(draft);
  let error;
  try {
    ("use strict");
    base.todos[0].done = true;
  } catch ({ name }) {
    error = name;
  }
  return {
    todos: next.todos,
    tags: [...next.tags],
    index: [...next.index],
    patches,
    inverse,
    back: [back.todos, [...back.tags], [...back.index]],
    shared: next.todos !== base.todos && finished.todos[0] === base.todos[0],
    toggled: toggle(base, 1).todos[1],
    seen,
    finished: finished.todos,
    error,
    same: produce(base, () => {}) === base,
  };
};
