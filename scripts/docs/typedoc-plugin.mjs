import { Converter, ReflectionKind } from 'typedoc';

/**
 * For TypeDoc: the library's module has its name, and what doc comments say of the fields of an options object by
 * `@param`, which has no parameter of that name, is a list of options in the place where it was lost.
 * @param {import('typedoc').Application} app
 */
export function load(app) {
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const each of project.children ?? []) if (each.kind === ReflectionKind.Module) each.name = 'scorebook';
    for (const each of project.getReflectionsByKind(ReflectionKind.SomeSignature)) {
      const { comment, parameters = [] } = /** @type {import('typedoc').SignatureReflection} */ (each);
      if (!comment) continue;
      const isOption = (/** @type {import('typedoc').CommentTag} */ { tag, name }) =>
        tag === '@param' && name !== undefined && !parameters.some((parameter) => parameter.name === name);
      const options = comment.blockTags.filter(isOption);
      if (options.length === 0) continue;
      const [first] = options;
      first.tag = '@options';
      first.content = options.flatMap(({ name, content }) => [
        { kind: 'code', text: `\`${name}\`` },
        { kind: 'text', text: ' ' },
        ...content,
        { kind: 'text', text: '\n\n' },
      ]);
      first.name = undefined;
      comment.blockTags = comment.blockTags.filter((tag) => tag === first || !options.includes(tag));
    }
  });
}
