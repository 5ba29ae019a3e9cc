// Command conformance decides traces with the Collector's tail_sampling processor. It reads the path of a job, a
// JSON file, from each line of standard input and answers, in any order, with a line of JSON on standard output. Its
// arguments are the feature gates to turn on. reference.ts starts it.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"os"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"

	"go.opentelemetry.io/collector/featuregate"
)

// job is a tail_sampling block and the export requests that arrive, in order.
type job struct {
	ID int `json:"id"`
	// Config is YAML.
	Config   string    `json:"config"`
	Requests []request `json:"requests"`
	// FakeTime runs the job on a clock that begins at 2000-01-01T00:00:00Z and only moves as the job says.
	FakeTime bool `json:"fakeTime"`
	// TraceStates asks for the trace states of kept spans.
	TraceStates bool `json:"traceStates"`
}

type request struct {
	// Payload is an ExportTraceServiceRequest.
	Payload []byte `json:"payload"`
	// ThenWaitMs is how long nothing happens after it. Only with FakeTime.
	ThenWaitMs int64 `json:"thenWaitMs"`
}

// answer has the decisions in the order in which they were made, or the reason why the configuration is refused.
type answer struct {
	ID        int        `json:"id"`
	Error     string     `json:"error,omitempty"`
	Decisions []decision `json:"decisions"`
}

type decision struct {
	TraceID string `json:"traceId"`
	// Outcome is sampled, not_sampled or dropped.
	Outcome string `json:"outcome"`
	// Policy has the credit. Empty if none has.
	Policy string `json:"policy"`
	// UnixNano is when it was made.
	UnixNano int64 `json:"unixNano,string"`
	// TraceStates are those of the spans by span ID, when the job asks for them and the trace is kept.
	TraceStates map[string]string `json:"traceStates,omitempty"`
}

func main() {
	for _, gate := range os.Args[1:] {
		if err := featuregate.GlobalRegistry().Set(gate, true); err != nil {
			os.Stderr.WriteString(err.Error() + "\n")
			os.Exit(1)
		}
	}
	output := os.Stdout
	// The testing package says PASS there.
	os.Stdout, _ = os.Open(os.DevNull)
	os.Args = append(os.Args[:1:1], "-test.timeout=0")
	// Fake time needs a testing.T, and only the testing package makes one.
	matchAll := func(string, string) (bool, error) { return true, nil }
	testing.Main(matchAll, []testing.InternalTest{{Name: "jobs", F: func(t *testing.T) {
		if err := runAll(t, os.Stdin, output); err != nil {
			os.Stderr.WriteString(err.Error() + "\n")
			t.FailNow()
		}
	}}}, nil, nil)
}

func runAll(t *testing.T, input io.Reader, output io.Writer) error {
	jobs := make(chan job)
	var (
		working sync.WaitGroup
		writing sync.Mutex
		failure error
	)
	encoder := json.NewEncoder(output)
	for range runtime.NumCPU() {
		working.Go(func() {
			for next := range jobs {
				result := run(t, next)
				writing.Lock()
				failure = errors.Join(failure, encoder.Encode(result))
				writing.Unlock()
			}
		})
	}
	err := readJobs(input, jobs)
	close(jobs)
	working.Wait()
	return errors.Join(err, failure)
}

func readJobs(input io.Reader, jobs chan<- job) error {
	paths := bufio.NewScanner(input)
	for paths.Scan() {
		text, err := os.ReadFile(paths.Text())
		if err != nil {
			return err
		}
		var next job
		if err := json.Unmarshal(text, &next); err != nil {
			return err
		}
		jobs <- next
	}
	return paths.Err()
}

func run(t *testing.T, next job) answer {
	var (
		decisions []decision
		err       error
	)
	if next.FakeTime {
		synctest.Test(t, func(*testing.T) { decisions, err = decide(next) })
	} else {
		decisions, err = decide(next)
	}
	if err != nil {
		return answer{ID: next.ID, Error: err.Error()}
	}
	return answer{ID: next.ID, Decisions: decisions}
}
