package main

import (
	"reflect"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
)

func init() {
	beam.RegisterType(reflect.TypeFor[Task]())
}

// build adds what analyzes captures, each by itself.
func build(s beam.Scope, settings Settings, files []string) {
	tasks := make([]Task, len(files))
	for i, file := range files {
		tasks[i] = Task{i, file}
	}
	parts := beam.ParDo(s.Scope("Analyze"), &aloneFn{settings}, beam.Reshuffle(s, beam.CreateList(s, tasks)))
	gather(s.Scope("Report"), settings, parts)
}
