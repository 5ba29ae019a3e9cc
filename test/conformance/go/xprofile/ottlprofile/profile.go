// Package ottlprofile stands in for conditions on profiles, so that what imports them can be built. The tail_sampling
// processor never makes one.
package ottlprofile

import (
	"errors"

	"github.com/open-telemetry/opentelemetry-collector-contrib/pkg/ottl"
	"go.opentelemetry.io/collector/component"
)

const ContextName = "profile"

var errNoProfiles = errors.New("there are no profiles here")

type TransformContext struct{}

func EnablePathContextNames() ottl.Option[*TransformContext] {
	return func(*ottl.Parser[*TransformContext]) {}
}

func NewParser(
	map[string]ottl.Factory[*TransformContext], component.TelemetrySettings, ...ottl.Option[*TransformContext],
) (ottl.Parser[*TransformContext], error) {
	return ottl.Parser[*TransformContext]{}, errNoProfiles
}

func WithConditionSequenceErrorMode(mode ottl.ErrorMode) ottl.ConditionSequenceOption[*TransformContext] {
	return ottl.WithConditionSequenceErrorMode[*TransformContext](mode)
}

func NewConditionSequence(
	conditions []*ottl.Condition[*TransformContext],
	settings component.TelemetrySettings,
	options ...ottl.ConditionSequenceOption[*TransformContext],
) ottl.ConditionSequence[*TransformContext] {
	return ottl.NewConditionSequence(conditions, settings, options...)
}
