package index

import "go/ast"

// params says which arguments of a call are functions that it calls with a
// context of their own, and which argument is the context this one derives from.
type params struct {
	ctx   int // index of the context; -1 if it comes from the group
	group int // index of the group; -1 if the receiver is one, or there is none
	fns   []int
	rest  bool // the last of fns and all that follow
}

// tasks lists the calls that are given functions.
var tasks = map[string]params{
	"taskgroup.Run":                {ctx: 0, group: -1, fns: []int{1}},
	"taskgroup.Start":              {ctx: 0, group: -1, fns: []int{1}},
	"taskgroup.Go":                 {ctx: -1, group: 0, fns: []int{1}},
	"taskgroup.Group.Go":           {ctx: -1, group: -1, fns: []int{0}},
	"taskgroup.Group.TryGo":        {ctx: -1, group: -1, fns: []int{0}},
	"taskgroup.Group.Submit":       {ctx: -1, group: -1, fns: []int{1}},
	"taskgroup.SubmitTask":         {ctx: -1, group: 1, fns: []int{2}},
	"taskgroup.TryTask":            {ctx: -1, group: 0, fns: []int{1}},
	"taskgroup.GoReady":            {ctx: -1, group: 1, fns: []int{2}},
	"taskgroup.Gather":             {ctx: 0, group: -1, fns: []int{1}, rest: true},
	"taskgroup.Gather2":            {ctx: 0, group: -1, fns: []int{1, 2}},
	"taskgroup.Gather3":            {ctx: 0, group: -1, fns: []int{1, 2, 3}},
	"taskgroup.Settle":             {ctx: 0, group: -1, fns: []int{1}, rest: true},
	"taskgroup.Race":               {ctx: 0, group: -1, fns: []int{1}, rest: true},
	"taskgroup.FirstSuccess":       {ctx: 0, group: -1, fns: []int{1}, rest: true},
	"taskgroup.Staggered":          {ctx: 0, group: -1, fns: []int{3}, rest: true},
	"taskgroup.AsCompleted":        {ctx: 0, group: -1, fns: []int{1}, rest: true},
	"taskgroup.Map":                {ctx: 0, group: -1, fns: []int{3}},
	"taskgroup.SettleMap":          {ctx: 0, group: -1, fns: []int{3}},
	"taskgroup.MapSeq":             {ctx: 0, group: -1, fns: []int{3}},
	"taskgroup.MapUnordered":       {ctx: 0, group: -1, fns: []int{3}},
	"taskgroup.MapSource":          {ctx: 0, group: -1, fns: []int{2, 3}},
	"taskgroup.MapSourceUnordered": {ctx: 0, group: -1, fns: []int{2, 3}},
	"taskgroup.Consume":            {ctx: 0, group: -1, fns: []int{2, 3}},
	"taskgroup.ForEach":            {ctx: 0, group: -1, fns: []int{3}},
	"taskgroup.WaitFor":            {ctx: 0, group: -1, fns: []int{2}},
	"taskgroup.MoveOnAfter":        {ctx: 0, group: -1, fns: []int{2}},
	"taskgroup.Timeout":            {ctx: 0, group: -1, fns: []int{2}},
	"taskgroup.Shield":             {ctx: 0, group: -1, fns: []int{2}},
	"taskgroup.Shared.Do":          {ctx: 0, group: -1, fns: []int{2}},
	"semaphore.Semaphore.Do":       {ctx: 0, group: -1, fns: []int{1}},
	"semaphore.Keyed.Do":           {ctx: 0, group: -1, fns: []int{2}},
	"semaphore.Lock.Do":            {ctx: 0, group: -1, fns: []int{1}},
	"semaphore.RWLock.Do":          {ctx: 0, group: -1, fns: []int{1}},
	"semaphore.RWLock.RDo":         {ctx: 0, group: -1, fns: []int{1}},
	"semaphore.Use":                {ctx: 0, group: -1, fns: []int{2}},
	"errgroup.Group.Go":            {ctx: -1, group: -1, fns: []int{0}},
	"errgroup.Group.TryGo":         {ctx: -1, group: -1, fns: []int{0}},
	"sync.WaitGroup.Go":            {ctx: -1, group: -1, fns: []int{0}},
}

// args returns the arguments that are functions.
func (p params) args(call *ast.CallExpr) []ast.Expr {
	var args []ast.Expr
	for _, i := range p.fns {
		if i < len(call.Args) {
			args = append(args, call.Args[i])
		}
	}
	if last := p.fns[len(p.fns)-1]; p.rest && last+1 < len(call.Args) && !call.Ellipsis.IsValid() {
		args = append(args, call.Args[last+1:]...)
	}
	return args
}

// waits lists the calls that block the caller until something else happens.
var waits = map[string]bool{
	"taskgroup.Run": true, "taskgroup.Gather": true, "taskgroup.Gather2": true, "taskgroup.Gather3": true,
	"taskgroup.Settle": true, "taskgroup.Race": true, "taskgroup.FirstSuccess": true, "taskgroup.Staggered": true,
	"taskgroup.Map": true, "taskgroup.SettleMap": true, "taskgroup.Consume": true, "taskgroup.ForEach": true,
	"taskgroup.Wait": true, "taskgroup.GatherTasks": true, "taskgroup.Set.Next": true, "taskgroup.Sleep": true,
	"taskgroup.WaitFor": true, "taskgroup.MoveOnAfter": true, "taskgroup.Timeout": true, "taskgroup.Shield": true,
	"taskgroup.Blocking": true, "taskgroup.BlockingIn": true, "taskgroup.Interruptible": true, "taskgroup.Shared.Do": true,
	"taskgroup.Task.Wait": true, "taskgroup.Task.WaitOrCancel": true, "taskgroup.Future.Wait": true,
	"taskgroup.Group.Wait": true, "taskgroup.Group.Shutdown": true, "taskgroup.Group.Submit": true,
	"taskgroup.SubmitTask": true, "taskgroup.GoReady": true,
	"semaphore.Semaphore.Acquire": true, "semaphore.Semaphore.AcquireN": true, "semaphore.Semaphore.Do": true,
	"semaphore.Keyed.Acquire": true, "semaphore.Keyed.Do": true, "semaphore.Lock.Lock": true, "semaphore.Lock.Do": true,
	"semaphore.RWLock.Lock": true, "semaphore.RWLock.RLock": true, "semaphore.RWLock.Do": true, "semaphore.RWLock.RDo": true,
	"semaphore.Use": true, "semaphore.Event.Wait": true, "semaphore.Cond.Wait": true, "semaphore.Cond.WaitFor": true,
	"semaphore.Barrier.Wait": true,
	"queue.Queue.Put":        true, "queue.Queue.Get": true, "queue.Queue.GetBatch": true, "queue.Queue.GetBatchWithin": true,
	"queue.Queue.Join":    true,
	"errgroup.Group.Wait": true, "sync.WaitGroup.Wait": true, "xsemaphore.Weighted.Acquire": true,
}

// Waits reports whether a call of that name blocks until something else happens.
func Waits(name string) bool { return waits[name] }

// GivesTask reports whether a call of that name gives a group a task.
func GivesTask(name string) bool {
	params, ok := tasks[name]
	return ok && params.ctx < 0
}
