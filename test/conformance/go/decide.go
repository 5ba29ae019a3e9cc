package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/open-telemetry/opentelemetry-collector-contrib/processor/tailsamplingprocessor"
	"github.com/open-telemetry/opentelemetry-collector-contrib/processor/tailsamplingprocessor/pkg/samplingpolicy"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/processor"
)

// maxWait keeps the processor from allocating a slot for each second of a wait of centuries.
const maxWait = time.Hour

// decide runs the real processor. Without fake time every trace waits until the shutdown, which decides them all.
func decide(next job) (decisions []decision, refused error) {
	// A configuration at which the processor panics while it starts is not taken.
	defer func() {
		if cause := recover(); cause != nil {
			refused = fmt.Errorf("panic: %v", cause)
		}
	}()
	factory := tailsamplingprocessor.NewFactory()
	config, err := readConfig(factory, next.Config)
	if err != nil {
		return nil, err
	}
	if !next.FakeTime || config.DecisionWait > maxWait {
		config.DecisionWait = maxWait
	}
	// What concerns memory only, or would lose traces at the shutdown.
	config.NumTraces = 1_000_000
	config.ExpectedNewTracesPerSec = 0
	config.DropPendingTracesOnShutdown = false
	if next.FakeTime {
		// Shards have limits of their own.
		config.NumShards = 1
	}
	// Shards decide at the same time.
	var deciding sync.Mutex
	record := func(_ context.Context, id pcommon.TraceID, data *tailsamplingprocessor.TraceData) {
		deciding.Lock()
		defer deciding.Unlock()
		decisions = append(decisions, decision{
			TraceID:     id.String(),
			Outcome:     outcome(data.FinalDecision),
			Policy:      data.PolicyName,
			UnixNano:    time.Now().UnixNano(),
			TraceStates: traceStates(next, data),
		})
	}
	config.Options = []tailsamplingprocessor.Option{
		tailsamplingprocessor.WithSampledHooks(record),
		tailsamplingprocessor.WithNonSampledHooks(record),
	}

	ctx := context.Background()
	settings := processor.Settings{
		ID:                component.NewID(factory.Type()),
		TelemetrySettings: componenttest.NewNopTelemetrySettings(),
	}
	sampler, err := factory.CreateTraces(ctx, settings, config, consumertest.NewNop())
	if err != nil {
		return nil, err
	}
	if err := sampler.Start(ctx, componenttest.NewNopHost()); err != nil {
		return nil, err
	}
	for _, arriving := range next.Requests {
		traces, err := (&ptrace.ProtoUnmarshaler{}).UnmarshalTraces(arriving.Payload)
		if err != nil {
			return nil, fmt.Errorf("a request cannot be read: %w", err)
		}
		if err := sampler.ConsumeTraces(ctx, traces); err != nil {
			return nil, err
		}
		if next.FakeTime {
			time.Sleep(time.Duration(arriving.ThenWaitMs) * time.Millisecond)
		}
	}
	if err := sampler.Shutdown(ctx); err != nil {
		return nil, err
	}
	return decisions, nil
}

// readConfig reads YAML as the Collector does, validation included.
func readConfig(factory processor.Factory, yaml string) (*tailsamplingprocessor.Config, error) {
	retrieved, err := confmap.NewRetrievedFromYAML([]byte(yaml))
	if err != nil {
		return nil, err
	}
	conf, err := retrieved.AsConf()
	if err != nil {
		return nil, err
	}
	config := factory.CreateDefaultConfig().(*tailsamplingprocessor.Config)
	if err := conf.Unmarshal(config); err != nil {
		return nil, err
	}
	return config, config.Validate()
}

// traceStates has those of the spans of a kept trace by span ID, if the job asks for them.
func traceStates(next job, data *tailsamplingprocessor.TraceData) map[string]string {
	if !next.TraceStates || data.FinalDecision != samplingpolicy.Sampled {
		return nil
	}
	states := make(map[string]string)
	for _, resource := range data.ReceivedBatches.ResourceSpans().All() {
		for _, scope := range resource.ScopeSpans().All() {
			for _, span := range scope.Spans().All() {
				states[span.SpanID().String()] = span.TraceState().AsRaw()
			}
		}
	}
	return states
}

func outcome(made samplingpolicy.Decision) string {
	switch made {
	case samplingpolicy.Sampled, samplingpolicy.NotSampled, samplingpolicy.Dropped:
		return made.String()
	default:
		return "unexpected: " + made.String()
	}
}
