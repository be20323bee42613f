#!/bin/sh
# Asks the registry whether what is shipped has known faults. It fails for those, and not where the registry does not answer such questions: then it
# says so, loudly, for nothing was checked.
set -eu
report=$(mktemp)
trap 'rm -f "$report"' EXIT

npm audit --omit=dev --json >"$report" 2>/dev/null || true
node -e '
  const { readFileSync } = require("node:fs");
  const text = readFileSync(process.argv[1], "utf8");
  let report;
  try {
    report = JSON.parse(text);
  } catch {
    report = { message: text.trim().split("\n")[0] || "no answer" };
  }
  const found = report.metadata?.vulnerabilities;
  if (!found) {
    const { summary, code } = report.error ?? {};
    console.error(`NOT AUDITED: the registry gave no answer (${[code, summary, report.message].filter(Boolean).join(", ")}). Nothing is known of faults.`);
    process.exit(0);
  }
  console.log(`npm audit: ${found.total} known faults in ${report.metadata.dependencies?.prod ?? "the"} packages that are shipped`);
  for (const [name, { severity, via }] of Object.entries(report.vulnerabilities ?? {}))
    console.log(`${severity} ${name}: ${via.map((each) => each.title ?? each).join(", ")}`);
  process.exit(found.total > 0 ? 1 : 0);
' "$report"
