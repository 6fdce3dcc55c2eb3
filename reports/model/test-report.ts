import type { GatedResult, ModuleRecord, RunRecord, SpecificationRecord, TargetRecord } from './record.ts';
import { type SpecificationState, specificationState } from './test-case-state.ts';

/** The test specifications that the profile of a run follows; empty where it follows none. */
export function specificationsOf({ profile }: Pick<RunRecord, 'profile'>): readonly SpecificationRecord[] {
  return profile.specifications ?? [];
}

/** From good to bad. */
const WORST: readonly SpecificationState[] = ['passed', 'passed-in-part', 'open', 'failed'];

/** The worst that any specification comes to on any target; open where there is neither. */
export function worstOf(record: RunRecord): SpecificationState {
  const states = record.targets.flatMap((target) =>
    specificationsOf(record).map((specification) => specificationState(specification, target)),
  );
  return WORST.findLast((state) => states.includes(state)) ?? 'open';
}

/** A feature that a vendor answers for, and the modules that are about it. */
export interface StatedFeature {
  readonly feature: string;
  readonly modules: readonly { readonly specification: string; readonly module: ModuleRecord }[];
}

/** The features of all specifications, each once, in their order. */
export function statedFeatures(specifications: readonly SpecificationRecord[]): readonly StatedFeature[] {
  const all = specifications.flatMap(({ id, modules }) =>
    modules.map((module) => ({ specification: id, module })),
  );
  const byFeature = Map.groupBy(all, ({ module }) => module.feature);
  return [...byFeature].map(([feature, modules]) => ({ feature, modules }));
}

/** The codes of every check that decides a case, each once, in the order of the cases. */
export function decidingChecks(specifications: readonly SpecificationRecord[]): readonly string[] {
  return [
    ...new Set(
      specifications.flatMap(({ modules }) =>
        modules.flatMap(({ cases }) => cases.flatMap(({ checks }) => checks)),
      ),
    ),
  ];
}

/** The results of a target that decide a case. */
export function decidingOf(
  specifications: readonly SpecificationRecord[],
  { results }: Pick<TargetRecord, 'results'>,
): readonly GatedResult[] {
  return decidingChecks(specifications).flatMap((check) => results.filter((one) => one.check === check));
}

/** The cases that nobody can decide from outside, with the reason. */
export function untestable(
  specifications: readonly SpecificationRecord[],
): readonly { readonly name: string; readonly why: string }[] {
  return specifications.flatMap(({ id, modules }) =>
    modules.flatMap(({ cases }) =>
      cases.flatMap((one) => (one.whyNot === null ? [] : [{ name: `${id} ${one.id}`, why: one.whyNot }])),
    ),
  );
}
