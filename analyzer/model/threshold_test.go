package model

import (
	"reflect"
	"testing"
	"time"
)

// Every number of the Config can be changed, each by one threshold.
func TestThresholdsCoverTheConfig(t *testing.T) {
	var c Config
	v := reflect.ValueOf(&c).Elem()
	numbers := map[uintptr]string{}
	for i := range v.NumField() {
		switch f := v.Field(i); f.Interface().(type) {
		case time.Duration, int64:
			numbers[f.Addr().Pointer()] = v.Type().Field(i).Name
		}
	}
	for i := range Thresholds {
		th := &Thresholds[i]
		var p uintptr
		if th.count != nil {
			p = reflect.ValueOf(th.count(&c)).Pointer()
		} else {
			p = reflect.ValueOf(th.duration(&c)).Pointer()
		}
		if numbers[p] == "" {
			t.Errorf("%s is a number that another threshold is too", th.Name)
		}
		delete(numbers, p)
		if len(th.Rules) == 0 || th.About == "" {
			t.Errorf("%s is not described", th.Name)
		}
	}
	for _, name := range numbers {
		t.Errorf("Config.%s has no entry in Thresholds", name)
	}
}

func TestThresholdTakesWhatItShows(t *testing.T) {
	want := DefaultConfig()
	for i := range Thresholds {
		th := &Thresholds[i]
		var c Config
		text := th.Value(&want)
		if err := th.Set(&c, text); err != nil || th.Value(&c) != text {
			t.Errorf("%s: %q gives %q (%v)", th.Name, text, th.Value(&c), err)
		}
		for _, bad := range []string{"", "x", "-1s", "-1", "1 s"} {
			if th.Set(&c, bad) == nil {
				t.Errorf("%s takes %q", th.Name, bad)
			}
		}
	}
}
