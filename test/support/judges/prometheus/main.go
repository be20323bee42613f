// Reads expositions as Prometheus reads them, and answers Accept headers as its client library does.
// One request a line on stdin, one answer a line on stdout, both JSON.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/textparse"
)

type request struct {
	Accept      *string `json:"accept"`
	ContentType string  `json:"contentType"`
	Body        string  `json:"body"`
}

// A sample is the name, the other labels and the value; what is said of a family is what it is, the name and the text.
type answer struct {
	Error       string   `json:"error,omitempty"`
	ContentType string   `json:"contentType,omitempty"`
	Samples     [][3]any `json:"samples"`
	Metadata    [][3]any `json:"metadata"`
}

func main() {
	requests, answers := json.NewDecoder(os.Stdin), json.NewEncoder(os.Stdout)
	for {
		var asked request
		if err := requests.Decode(&asked); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		if err := answers.Encode(judge(asked)); err != nil {
			os.Exit(1)
		}
	}
}

func judge(asked request) answer {
	if asked.Accept != nil {
		header := http.Header{"Accept": []string{*asked.Accept}}
		format := expfmt.NegotiateAccept(header, expfmt.FmtOpenMetrics_1_0_0, expfmt.FmtOpenMetrics_0_0_1, expfmt.FmtText)
		return answer{ContentType: string(format)}
	}
	judged := answer{Samples: [][3]any{}, Metadata: [][3]any{}}
	parser, err := textparse.New([]byte(asked.Body), asked.ContentType, labels.NewSymbolTable(), textparse.ParserOptions{})
	for err == nil {
		var entry textparse.Entry
		if entry, err = parser.Next(); err != nil {
			break
		}
		switch entry {
		case textparse.EntryHelp:
			name, help := parser.Help()
			judged.Metadata = append(judged.Metadata, [3]any{"help", string(name), string(help)})
		case textparse.EntryType:
			name, kind := parser.Type()
			judged.Metadata = append(judged.Metadata, [3]any{"type", string(name), string(kind)})
		case textparse.EntryUnit:
			name, unit := parser.Unit()
			judged.Metadata = append(judged.Metadata, [3]any{"unit", string(name), string(unit)})
		case textparse.EntrySeries:
			_, timestamp, value := parser.Series()
			if timestamp != nil {
				return answer{Error: "a sample has a timestamp"}
			}
			var found labels.Labels
			parser.Labels(&found)
			pairs := found.Map()
			name := pairs[labels.MetricName]
			delete(pairs, labels.MetricName)
			judged.Samples = append(judged.Samples, [3]any{name, pairs, strconv.FormatFloat(value, 'g', -1, 64)})
		default:
			return answer{Error: fmt.Sprintf("neither metadata nor a series: entry %d", entry)}
		}
	}
	if !errors.Is(err, io.EOF) {
		return answer{Error: err.Error()}
	}
	return judged
}
