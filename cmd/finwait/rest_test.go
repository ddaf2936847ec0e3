package main

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// untilAtRest waits until a program waits for somebody else: until all its threads sleep and
// it uses no processor, in several looks one after the other. On a loaded machine that takes
// as long as it takes. Where the system does not tell, two seconds have to do.
func untilAtRest(pid int) {
	const looks, between, most = 6, 25 * time.Millisecond, time.Minute
	before, calm := -1, 0
	for begun := time.Now(); calm < looks && time.Since(begun) < most; time.Sleep(between) {
		asleep, used := threads(pid)
		switch {
		case used < 0:
			time.Sleep(2 * time.Second)
			return
		case asleep && used == before:
			calm++
		default:
			calm = 0
		}
		before = used
	}
}

// threads reports whether all threads of a process sleep, and how many ticks of a processor
// they used so far; -1 where the system does not tell (proc_pid_stat(5)).
func threads(pid int) (asleep bool, used int) {
	tasks, _ := filepath.Glob(filepath.Join("/proc", strconv.Itoa(pid), "task", "*", "stat"))
	if len(tasks) == 0 {
		return false, -1
	}
	asleep = true
	for _, task := range tasks {
		text, _ := os.ReadFile(task) // a thread may have ended
		_, behind, _ := strings.Cut(string(text), ") ")
		fields := strings.Fields(behind) // from the third on, the state
		if len(fields) < 13 {
			continue
		}
		asleep = asleep && fields[0] == "S"
		for _, ticks := range fields[11:13] {
			n, _ := strconv.Atoi(ticks) // they are numbers
			used += n
		}
	}
	return asleep, used
}
