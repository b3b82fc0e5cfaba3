{
  decorate(decorators, target, key, descriptor) {
    const count = arguments.length;
    let value = count < 3 ? target : descriptor === null ? Object.getOwnPropertyDescriptor(target, key) : descriptor;
    for (let i = decorators.length - 1; i >= 0; i--) {
      const decorator = decorators[i];
      if (!decorator) continue;
      const result = count < 3 ? decorator(value) : count > 3 ? decorator(target, key, value) : decorator(target, key);
      value = result || value;
    }
    if (count > 3 && value) Object.defineProperty(target, key, value);
    return value;
  },
  decorateParam(index, decorator) {
    return (target, key) => decorator(target, key, index);
  },
  decorateMetadata(key, value) {
    if (typeof Reflect === "object" && typeof Reflect.metadata === "function") return Reflect.metadata(key, value);
  }
}