// Command readers reads lines of the archive as the Collector does and says what it has read. Each line of standard
// input is a line of the archive; each line of standard output is the answer to it, in the same order. readers.ts
// starts it.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"

	"go.opentelemetry.io/collector/pdata/ptrace"
)

// answer has what was read, as protobuf, or the reason why it cannot be read.
type answer struct {
	TracesData []byte `json:"tracesData,omitempty"`
	Error      string `json:"error,omitempty"`
}

func main() {
	if err := readAll(os.Stdin, os.Stdout); err != nil {
		os.Stderr.WriteString(err.Error() + "\n")
		os.Exit(1)
	}
}

func readAll(input io.Reader, output io.Writer) error {
	// A scanner has a longest line.
	lines := bufio.NewReader(input)
	answers := json.NewEncoder(output)
	for {
		line, err := lines.ReadBytes('\n')
		if line = bytes.TrimSuffix(line, []byte("\n")); len(line) > 0 {
			if err := answers.Encode(read(line)); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func read(line []byte) answer {
	traces, err := (&ptrace.JSONUnmarshaler{}).UnmarshalTraces(line)
	if err != nil {
		return answer{Error: err.Error()}
	}
	tracesData, err := (&ptrace.ProtoMarshaler{}).MarshalTraces(traces)
	if err != nil {
		return answer{Error: err.Error()}
	}
	return answer{TracesData: tracesData}
}
