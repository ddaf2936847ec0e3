package main

import (
	"reflect"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
)

func init() {
	beam.RegisterType(reflect.TypeFor[Task]())
}

// build adds what analyzes captures.
func build(s beam.Scope, settings Settings, files []string) {
	settings.Captures = len(files)
	if settings.Join && len(files) > 1 {
		buildJoined(s, settings, files)
		return
	}
	parts := beam.ParDo(s.Scope("Analyze"), &aloneFn{settings}, createTasks(s, files))
	gather(s.Scope("Report"), settings, parts)
}

// createTasks makes each capture an element, for any worker.
func createTasks(s beam.Scope, files []string) beam.PCollection {
	tasks := make([]Task, len(files))
	for i, file := range files {
		tasks[i] = Task{i, file}
	}
	return beam.Reshuffle(s, beam.CreateList(s, tasks))
}
