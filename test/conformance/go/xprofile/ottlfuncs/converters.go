// Package ottlfuncs stands in for the converters of profiles, of which conditions on spans and events have none.
package ottlfuncs

import "github.com/open-telemetry/opentelemetry-collector-contrib/pkg/ottl"

// WithProfileConverters adds nothing.
func WithProfileConverters[K any](converters map[string]ottl.Factory[K]) map[string]ottl.Factory[K] {
	return converters
}
