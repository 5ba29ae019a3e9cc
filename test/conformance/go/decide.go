package main

import (
	"context"
	"fmt"
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

// decide runs the real processor. Without fake time every trace waits until the shutdown, which decides them all.
// A panic, as on a percentage that is not a number, is as good as a refusal.
func decide(next job) (made []decision, err error) {
	defer func() {
		if reason := recover(); reason != nil {
			err = fmt.Errorf("panics: %v", reason)
		}
	}()
	factory := tailsamplingprocessor.NewFactory()
	config, err := readConfig(factory, next.Config)
	if err != nil {
		return nil, err
	}
	if !next.FakeTime {
		config.DecisionWait = time.Hour
	}
	config.NumTraces = 1_000_000
	config.DropPendingTracesOnShutdown = false
	var decisions []decision
	record := func(_ context.Context, id pcommon.TraceID, data *tailsamplingprocessor.TraceData) {
		decisions = append(decisions, decision{
			TraceID:  id.String(),
			Outcome:  outcome(data.FinalDecision),
			Policy:   data.PolicyName,
			UnixNano: time.Now().UnixNano(),
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

func outcome(made samplingpolicy.Decision) string {
	switch made {
	case samplingpolicy.Sampled, samplingpolicy.NotSampled, samplingpolicy.Dropped:
		return made.String()
	default:
		return "unexpected: " + made.String()
	}
}
