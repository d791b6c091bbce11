-- Health of a DetectorTraining, for Argo CD. See docs/gitops.md. The status is in the format of kstatus.
local hs = { status = "Progressing", message = "Waiting for the operator." }

-- The status describes an earlier spec, or no operator has seen the resource yet.
if obj.status == nil or obj.status.observedGeneration ~= obj.metadata.generation then
  return hs
end

local is = {}
for _, condition in ipairs(obj.status.conditions or {}) do
  is[condition.type] = condition.status == "True"
  if condition.type == "Training" then
    hs.message = condition.message -- the headline of every phase
  end
end

if is["Stalled"] then
  hs.status = "Degraded"
  local failure = obj.status.failure
  if failure ~= nil and failure.hint ~= nil then
    hs.message = hs.message .. " " .. failure.hint
  end
elseif is["Succeeded"] then
  hs.status = "Healthy"
elseif obj.status.phase == "Suspended" then
  hs.status = "Suspended"
end
return hs
