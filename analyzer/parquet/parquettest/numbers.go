package parquettest

// Numbers makes all integers float64, as encoding/json reads them.
func Numbers(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key := range v {
			v[key] = Numbers(v[key])
		}
	case []any:
		for i := range v {
			v[i] = Numbers(v[i])
		}
	case int64:
		return float64(v)
	}
	return v
}
