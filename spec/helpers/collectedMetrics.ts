import { MeterProvider, MetricReader } from "@opentelemetry/sdk-metrics";
import { expect } from "chai";

/** Reads when it is asked, and sends it nowhere. */
class Reader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {
    // Nothing is kept.
  }

  protected override async onShutdown(): Promise<void> {
    // Nothing is open.
  }
}

/** OpenTelemetry's own SDK, in memory. */
export function collectedMetrics() {
  const reader = new Reader();
  const provider = new MeterProvider({ readers: [reader] });
  /** Every value there is, as `name{attribute=value}`, without those that are 0 unless they are asked for. */
  const collect = async ({ zeros = false } = {}): Promise<Record<string, number>> => {
    const { resourceMetrics, errors } = await reader.collect();
    expect(errors).to.deep.equal([]);
    const points = resourceMetrics.scopeMetrics
      .flatMap(({ metrics }) => metrics)
      .flatMap(({ descriptor: { name }, dataPoints }) =>
        dataPoints.map(({ attributes, value }) => [`${name}${labels(attributes)}`, value as number] as const),
      );
    return Object.fromEntries(points.filter(([, value]) => zeros || value !== 0));
  };
  return { provider, meter: provider.getMeter("spec"), collect };
}

function labels(attributes: object): string {
  const pairs = Object.entries(attributes).map(([key, value]) => `${key}=${String(value)}`);
  return pairs.length > 0 ? `{${pairs.join(",")}}` : "";
}
