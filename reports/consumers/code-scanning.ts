/** What GitHub code scanning shows of a SARIF file. */
export interface Alert {
  /** Alerts of one category replace those of an earlier upload. */
  readonly category: string;
  readonly rule: string;
  readonly level: string;
  readonly message: string;
  readonly file: string;
  readonly line: number;
  readonly fingerprint: string;
  readonly dismissed: boolean;
}

interface SarifLog {
  readonly runs: readonly {
    readonly tool: { readonly driver: { readonly rules: readonly { readonly id: string }[] } };
    readonly automationDetails: { readonly id: string };
    readonly results: readonly {
      readonly ruleId: string;
      readonly level: string;
      readonly message: { readonly text: string };
      readonly locations: readonly {
        readonly physicalLocation: {
          readonly artifactLocation: { readonly uri: string };
          readonly region: { readonly startLine: number };
        };
      }[];
      readonly partialFingerprints: { readonly primaryLocationLineHash: string };
      readonly suppressions?: readonly unknown[];
    }[];
  }[];
}

/**
 * Reads as GitHub code scanning does: every result is an alert, whatever its kind; the category is the
 * id of the run up to its last slash; results without a location in a file, or of a rule that the run
 * does not list, are refused; of results with the same fingerprint, rule and place there is one.
 * @throws Error where an upload would be refused
 */
export function readAsCodeScanning(source: string): Alert[] {
  const { runs }: SarifLog = JSON.parse(source);
  const categories = runs.map(({ automationDetails: { id } }) => id.slice(0, id.lastIndexOf('/')));
  if (new Set(categories).size !== categories.length) throw new Error('Two runs have one category.');
  const alerts = runs.flatMap((run, index) => {
    const rules = run.tool.driver.rules.map(({ id }) => id);
    if (new Set(rules).size !== rules.length) throw new Error('A rule is listed twice.');
    return run.results.map((result): Alert => {
      const [location] = result.locations;
      if (!location) throw new Error(`A result of ${result.ruleId} has no location.`);
      if (!rules.includes(result.ruleId)) throw new Error(`The rule ${result.ruleId} is not listed.`);
      const { artifactLocation, region } = location.physicalLocation;
      return {
        category: categories[index] ?? '',
        rule: result.ruleId,
        level: result.level,
        message: result.message.text,
        file: artifactLocation.uri,
        line: region.startLine,
        fingerprint: result.partialFingerprints.primaryLocationLineHash,
        dismissed: (result.suppressions ?? []).length > 0,
      };
    });
  });
  const identities = new Map(
    alerts.map((alert) => [JSON.stringify([alert.category, alert.rule, alert.fingerprint]), alert]),
  );
  return [...identities.values()];
}
