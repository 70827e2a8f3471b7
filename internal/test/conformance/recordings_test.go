package conformance_test

// What asyncio observed of programs in which each way to differ shows.

// Here x times out while n holds the lock. At 50 n notifies y, and x, which has
// the lock again, wakes z. One wake-up has a cause.
const sameInstant = `{
	"name": "", "family": "condition", "tags": [], "main": ["x", "y", "z", "n"],
	"resources": {"c": {"kind": "condition"}},
	"actors": {
		"x": {"steps": [{"i": 0, "op": "acquire", "on": "c"}, {"i": 1, "op": "timeout", "ms": 30, "body": [{"i": 2, "op": "wait", "on": "c"}]}, {"i": 3, "op": "release", "on": "c"}]},
		"y": {"steps": [{"i": 0, "op": "sleep", "ms": 10}, {"i": 1, "op": "acquire", "on": "c"}, {"i": 2, "op": "wait", "on": "c"}, {"i": 3, "op": "release", "on": "c"}]},
		"z": {"steps": [{"i": 0, "op": "sleep", "ms": 12}, {"i": 1, "op": "acquire", "on": "c"}, {"i": 2, "op": "wait", "on": "c"}, {"i": 3, "op": "release", "on": "c"}]},
		"n": {"steps": [{"i": 0, "op": "sleep", "ms": 20}, {"i": 1, "op": "acquire", "on": "c"}, {"i": 2, "op": "sleep", "ms": 30}, {"i": 3, "op": "notify", "on": "c", "n": 1}, {"i": 4, "op": "release", "on": "c"}, {"i": 5, "op": "sleep", "ms": 20}, {"i": 6, "op": "acquire", "on": "c"}, {"i": 7, "op": "notify", "on": "c", "n": 1}, {"i": 8, "op": "release", "on": "c"}]}},
	"expect": {
		"x": {"log": [[0, 0, "ok"], [50, 2, "cancelled"], [50, 1, "timeout", true], [50, 3, "ok"]], "end": [50, "returned"]},
		"y": {"log": [[10, 0, "ok"], [10, 1, "ok"], [50, 2, "ok"], [50, 3, "ok"]], "end": [50, "returned"]},
		"z": {"log": [[12, 0, "ok"], [12, 1, "ok"], [50, 2, "ok"], [50, 3, "ok"]], "end": [50, "returned"]},
		"n": {"log": [[20, 0, "ok"], [20, 1, "ok"], [50, 2, "ok"], [50, 3, "ok"], [50, 4, "ok"], [70, 5, "ok"], [70, 6, "ok"], [70, 7, "ok"], [70, 8, "ok"]], "end": [70, "returned"]}}}`

// Here x times out while n holds the lock, and wakes z at 50. So z queues for
// the lock before w.
const queuedEarlier = `{
	"name": "", "family": "condition", "tags": [], "main": ["x", "z", "w", "n"],
	"resources": {"c": {"kind": "condition"}},
	"actors": {
		"x": {"steps": [{"i": 0, "op": "acquire", "on": "c"}, {"i": 1, "op": "timeout", "ms": 30, "body": [{"i": 2, "op": "wait", "on": "c"}]}, {"i": 3, "op": "sleep", "ms": 30}, {"i": 4, "op": "release", "on": "c"}]},
		"z": {"steps": [{"i": 0, "op": "sleep", "ms": 10}, {"i": 1, "op": "acquire", "on": "c"}, {"i": 2, "op": "wait", "on": "c"}, {"i": 3, "op": "sleep", "ms": 10}, {"i": 4, "op": "release", "on": "c"}]},
		"w": {"steps": [{"i": 0, "op": "sleep", "ms": 60}, {"i": 1, "op": "acquire", "on": "c"}, {"i": 2, "op": "sleep", "ms": 10}, {"i": 3, "op": "release", "on": "c"}]},
		"n": {"steps": [{"i": 0, "op": "sleep", "ms": 20}, {"i": 1, "op": "acquire", "on": "c"}, {"i": 2, "op": "sleep", "ms": 30}, {"i": 3, "op": "notify", "on": "c", "n": 0}, {"i": 4, "op": "release", "on": "c"}, {"i": 5, "op": "sleep", "ms": 50}, {"i": 6, "op": "acquire", "on": "c"}, {"i": 7, "op": "notify", "on": "c", "n": 1}, {"i": 8, "op": "release", "on": "c"}]}},
	"expect": {
		"x": {"log": [[0, 0, "ok"], [50, 2, "cancelled"], [50, 1, "timeout", true], [80, 3, "ok"], [80, 4, "ok"]], "end": [80, "returned"]},
		"z": {"log": [[10, 0, "ok"], [10, 1, "ok"], [80, 2, "ok"], [90, 3, "ok"], [90, 4, "ok"]], "end": [90, "returned"]},
		"w": {"log": [[60, 0, "ok"], [90, 1, "ok"], [100, 2, "ok"], [100, 3, "ok"]], "end": [100, "returned"]},
		"n": {"log": [[20, 0, "ok"], [20, 1, "ok"], [50, 2, "ok"], [50, 3, "ok"], [50, 4, "ok"], [100, 5, "ok"], [100, 6, "ok"], [100, 7, "ok"], [100, 8, "ok"]], "end": [100, "returned"]}}}`

// Here x is notified, canceled, and in CPython goes to the back of the queue
// for the lock. So z, which waits only after the notification, gets it.
const cameAfter = `{
	"name": "", "family": "condition", "tags": [], "main": ["x", "n", "z", "h", "k"],
	"resources": {"c": {"kind": "condition"}},
	"actors": {
		"x": {"steps": [{"i": 0, "op": "acquire", "on": "c"}, {"i": 1, "op": "wait", "on": "c", "err": "swallow"}, {"i": 2, "op": "release", "on": "c"}]},
		"n": {"steps": [{"i": 0, "op": "sleep", "ms": 10}, {"i": 1, "op": "acquire", "on": "c"}, {"i": 2, "op": "notify", "on": "c", "n": 1}, {"i": 3, "op": "sleep", "ms": 10}, {"i": 4, "op": "release", "on": "c"}, {"i": 5, "op": "sleep", "ms": 60}, {"i": 6, "op": "acquire", "on": "c"}, {"i": 7, "op": "notify", "on": "c", "n": 1}, {"i": 8, "op": "release", "on": "c"}]},
		"z": {"steps": [{"i": 0, "op": "sleep", "ms": 12}, {"i": 1, "op": "acquire", "on": "c"}, {"i": 2, "op": "wait", "on": "c"}, {"i": 3, "op": "release", "on": "c"}]},
		"h": {"steps": [{"i": 0, "op": "sleep", "ms": 15}, {"i": 1, "op": "acquire", "on": "c"}, {"i": 2, "op": "sleep", "ms": 30}, {"i": 3, "op": "release", "on": "c"}]},
		"k": {"steps": [{"i": 0, "op": "sleep", "ms": 18}, {"i": 1, "op": "cancel", "task": "x"}]}},
	"expect": {
		"x": {"log": [[0, 0, "ok"], [50, 1, "cancelled"], [50, 2, "ok"]], "end": [50, "returned"]},
		"n": {"log": [[10, 0, "ok"], [10, 1, "ok"], [10, 2, "ok"], [20, 3, "ok"], [20, 4, "ok"], [80, 5, "ok"], [80, 6, "ok"], [80, 7, "ok"], [80, 8, "ok"]], "end": [80, "returned"]},
		"z": {"log": [[12, 0, "ok"], [20, 1, "ok"], [50, 2, "ok"], [50, 3, "ok"]], "end": [50, "returned"]},
		"h": {"log": [[15, 0, "ok"], [20, 1, "ok"], [50, 2, "ok"], [50, 3, "ok"]], "end": [50, "returned"]},
		"k": {"log": [[18, 0, "ok"], [18, 1, "ok", true]], "end": [18, "returned"]}}}`

// Here a barrier gives the index 1 twice, and x wakes z.
const two = `{
	"name": "", "family": "condition", "tags": [], "main": ["x", "y", "z", "n", "p", "q", "r", "s"],
	"resources": {"c": {"kind": "condition"}, "b": {"kind": "barrier", "parties": 3}},
	"actors": {
		"x": {"steps": [{"i": 0, "op": "acquire", "on": "c"}, {"i": 1, "op": "timeout", "ms": 30, "body": [{"i": 2, "op": "wait", "on": "c"}]}, {"i": 3, "op": "release", "on": "c"}]},
		"y": {"steps": [{"i": 0, "op": "sleep", "ms": 10}, {"i": 1, "op": "acquire", "on": "c"}, {"i": 2, "op": "wait", "on": "c"}, {"i": 3, "op": "release", "on": "c"}]},
		"z": {"steps": [{"i": 0, "op": "sleep", "ms": 12}, {"i": 1, "op": "acquire", "on": "c"}, {"i": 2, "op": "wait", "on": "c"}, {"i": 3, "op": "release", "on": "c"}]},
		"n": {"steps": [{"i": 0, "op": "sleep", "ms": 20}, {"i": 1, "op": "acquire", "on": "c"}, {"i": 2, "op": "sleep", "ms": 30}, {"i": 3, "op": "notify", "on": "c", "n": 1}, {"i": 4, "op": "release", "on": "c"}, {"i": 5, "op": "sleep", "ms": 20}, {"i": 6, "op": "acquire", "on": "c"}, {"i": 7, "op": "notify", "on": "c", "n": 1}, {"i": 8, "op": "release", "on": "c"}]},
		"p": {"steps": [{"i": 0, "op": "timeout", "ms": 10, "body": [{"i": 1, "op": "wait", "on": "b", "index": true}]}]},
		"q": {"steps": [{"i": 0, "op": "sleep", "ms": 5}, {"i": 1, "op": "wait", "on": "b", "index": true}]},
		"r": {"steps": [{"i": 0, "op": "sleep", "ms": 30}, {"i": 1, "op": "wait", "on": "b", "index": true}]},
		"s": {"steps": [{"i": 0, "op": "sleep", "ms": 31}, {"i": 1, "op": "wait", "on": "b", "index": true}]}},
	"expect": {
		"x": {"log": [[0, 0, "ok"], [50, 2, "cancelled"], [50, 1, "timeout", true], [50, 3, "ok"]], "end": [50, "returned"]},
		"y": {"log": [[10, 0, "ok"], [10, 1, "ok"], [50, 2, "ok"], [50, 3, "ok"]], "end": [50, "returned"]},
		"z": {"log": [[12, 0, "ok"], [12, 1, "ok"], [50, 2, "ok"], [50, 3, "ok"]], "end": [50, "returned"]},
		"n": {"log": [[20, 0, "ok"], [20, 1, "ok"], [50, 2, "ok"], [50, 3, "ok"], [50, 4, "ok"], [70, 5, "ok"], [70, 6, "ok"], [70, 7, "ok"], [70, 8, "ok"]], "end": [70, "returned"]},
		"p": {"log": [[10, 1, "cancelled"], [10, 0, "timeout", true]], "end": [10, "returned"]},
		"q": {"log": [[5, 0, "ok"], [31, 1, "ok", 1]], "end": [31, "returned"]},
		"r": {"log": [[30, 0, "ok"], [31, 1, "ok", 1]], "end": [31, "returned"]},
		"s": {"log": [[31, 0, "ok"], [31, 1, "ok", 2]], "end": [31, "returned"]}}}`

// Here the lock is not locked, and the first predicate is true.
const unlocked = `{
	"name": "", "family": "condition", "tags": [], "main": ["x"],
	"resources": {"c": {"kind": "condition"}, "v": {"kind": "var", "value": 1}},
	"actors": {
		"x": {"steps": [{"i": 0, "op": "wait_until", "on": "c", "var": "v", "ge": 1}, {"i": 1, "op": "wait_until", "on": "c", "var": "v", "ge": 2}]}},
	"expect": {
		"x": {"log": [[0, 0, "ok"], [0, 1, "error:NotLocked"]], "end": [0, "returned"]}}}`

// Here x has a pending request when it waits, and w queues for the lock.
const pending = `{
	"name": "", "family": "condition", "tags": [], "main": ["x", "w"],
	"resources": {"c": {"kind": "condition"}},
	"actors": {
		"x": {"steps": [{"i": 0, "op": "acquire", "on": "c"}, {"i": 1, "op": "sleep", "ms": 10}, {"i": 2, "op": "cancel", "task": "x"}, {"i": 3, "op": "wait", "on": "c", "err": "swallow"}, {"i": 4, "op": "release", "on": "c"}]},
		"w": {"steps": [{"i": 0, "op": "sleep", "ms": 5}, {"i": 1, "op": "acquire", "on": "c"}, {"i": 2, "op": "sleep", "ms": 10}, {"i": 3, "op": "release", "on": "c"}]}},
	"expect": {
		"x": {"log": [[0, 0, "ok"], [10, 1, "ok"], [10, 2, "ok", true], [20, 3, "cancelled"], [20, 4, "ok"]], "end": [20, "returned"]},
		"w": {"log": [[5, 0, "ok"], [10, 1, "ok"], [20, 2, "ok"], [20, 3, "ok"]], "end": [20, "returned"]}}}`

// Here task_done is called for an item that is still in the queue, so join returns.
const early = `{
	"name": "", "family": "queue", "tags": [], "main": ["x", "y"],
	"resources": {"q": {"kind": "queue", "maxsize": 0}},
	"actors": {
		"x": {"steps": [{"i": 0, "op": "put", "on": "q", "item": "a"}, {"i": 1, "op": "sleep", "ms": 20}, {"i": 2, "op": "task_done", "on": "q"},
			{"i": 3, "op": "task_done", "on": "q"}, {"i": 4, "op": "get", "on": "q"}]},
		"y": {"steps": [{"i": 0, "op": "sleep", "ms": 10}, {"i": 1, "op": "join", "on": "q"}]}},
	"expect": {
		"x": {"log": [[0, 0, "ok"], [20, 1, "ok"], [20, 2, "ok"], [20, 3, "error:TooManyTaskDone"], [20, 4, "ok", "a"]], "end": [20, "returned"]},
		"y": {"log": [[10, 0, "ok"], [20, 1, "ok"]], "end": [20, "returned"]}}}`
